#!/usr/bin/env python3
"""Newer versions of a list: only the difference is taken over and matched."""
import hashlib
import unittest

from support import FAILED, ProgramTest, lines

FILES = {name: f"content {name}".encode() for name in "abcdef"}


def sha256(name):
    return hashlib.sha256(FILES[name]).hexdigest()


class ListUpdate(ProgramTest):
    def setUp(self):
        super().setUp()
        self.case = self.new_case()
        evidence = self.folder / "evidence"
        evidence.mkdir()
        for name, data in FILES.items():
            (evidence / name).write_bytes(data)
        self.ingest(self.case, evidence)

    def version(self, text, names):
        path = self.folder / text
        path.write_text("".join(sha256(name) + "\n" for name in names))
        return path

    def add(self, names):
        self.run_program("list", "add", self.case, self.version("v1", names), "--name", "known", "--polarity", "alert",
                         "--algorithm", "sha256")

    def update(self, text, names, *more):
        out = self.run_program("list", "update", self.case, self.version(text, names), "--name", "known", "--algorithm",
                               "sha256", "--json", *more)
        row = lines(out)[0]
        version = row["version"]
        return (version["added"], version["withdrawn"], version["returned"], version["kept"], row["new_hits"])

    def hits(self):
        return {row["item"]: row["entry"] for row in lines(self.run_program("hits", self.case, "--json"))}

    def test_only_what_changed_is_taken_over(self):
        self.add("abc")
        self.assertEqual(self.update("v2", "dbc"), (1, 1, 0, 2, 1))
        self.assertEqual(self.hits(), {"d": 4, "b": 2, "c": 3})
        self.assertEqual(self.update("v3", "bacb"), (0, 1, 1, 4, 0))
        self.assertEqual(self.hits(), {"a": 1, "b": 2, "c": 3})
        self.assertEqual(self.update("v3", "bac"), (0, 0, 0, 3, 0))
        shown = lines(self.run_program("list", "show", self.case, "--json"))[0]
        self.assertEqual([version["first_entry"] for version in shown["versions"]], [4, 5, 5])
        self.assertEqual(shown["entries_off"], [])
        self.run_program("case", "verify", self.case)

    def test_what_is_ingested_later_is_asked_about_the_newest_version(self):
        self.add("ab")
        self.update("v2", "bc")
        again = self.folder / "again"
        again.mkdir()
        for name in "abc":
            (again / f"again-{name}").write_bytes(FILES[name])
        self.ingest(self.case, again)
        self.assertEqual(set(self.hits()), {"b", "c", "again-b", "again-c"})
        self.assertEqual(self.update("v3", "a"), (0, 2, 1, 1, 0))
        self.assertEqual(set(self.hits()), {"a", "again-a"})  # met while it was withdrawn

    def test_what_a_person_disabled_stays_disabled(self):
        self.add("abc")
        self.run_program("list", "disable", self.case, "--name", "known", "--entry", "2", "--reason", "wrong file")
        self.assertEqual(self.update("v2", "abd"), (1, 1, 0, 2, 1))
        self.assertEqual(set(self.hits()), {"a", "d"})
        self.assertEqual(self.update("v3", "ad"), (0, 0, 0, 2, 0))
        shown = lines(self.run_program("list", "show", self.case, "--json"))[0]
        self.assertEqual([(row["entry"], row["state"]) for row in shown["entries_off"]], [(2, "disabled")])

    def test_another_category_is_another_entry(self):
        def vics(path, category):
            path.write_text('{"@odata.context":"http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml/US/$metadata#Media",'
                            '"value":[{"MediaID":1,"Category":%d,"MD5":"%s","MediaSize":9}]}'
                            % (category, hashlib.md5(FILES["a"]).hexdigest().upper()))
            return path
        self.run_program("list", "add", self.case, vics(self.folder / "one", 2), "--name", "known", "--polarity", "alert")
        before = lines(self.run_program("hits", self.case, "--json"))
        out = self.run_program("list", "update", self.case, vics(self.folder / "two", 1), "--name", "known", "--json")
        version = lines(out)[0]["version"]
        self.assertEqual((version["added"], version["withdrawn"]), (1, 1))
        after = lines(self.run_program("hits", self.case, "--json"))
        self.assertEqual([row["category"] for row in before + after], ["2", "1"])

    def test_what_cannot_be_taken_over_changes_nothing(self):
        self.add("abc")
        before = self.run_program("case", "info", self.case)
        empty = self.folder / "empty"
        empty.write_text("# nothing\n")
        for more in ([empty], [self.version("bad", "ab").with_name("missing")]):
            self.run_program("list", "update", self.case, *more, "--name", "known", "--algorithm", "sha256",
                             status=FAILED)
        self.run_program("list", "update", self.case, self.version("v2", "a"), "--name", "other", "--algorithm", "sha256",
                         status=FAILED)
        self.run_program("list", "update", self.case, self.version("v2", "a"), "--name", "known", "--algorithm", "sha256",
                         "--expect", "2", status=FAILED)
        self.assertEqual(set(self.hits()), set("abc"))
        self.assertEqual(self.run_program("case", "info", self.case), before)
        self.run_program("case", "verify", self.case)


if __name__ == "__main__":
    unittest.main()
