#!/usr/bin/env python3
"""The checker finds each kind of fault: a check that cannot fail is worse than none."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
sys.dont_write_bytecode = True
import check_layers  # noqa: E402

GRAPH = """
rempart_module(core SOURCES a.cpp LINK fmt::fmt)
rempart_module(media
  SOURCES b.cpp
  DEPENDS core)
rempart_module(guard SOURCES c.cpp DEPENDS media ROLES reader LINK x)
"""


class CheckLayers(unittest.TestCase):
    def faults(self, files, graph=GRAPH):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "CMakeLists.txt").write_text(graph)
            for folder in ("include/rempart", "src"):
                (root / folder).mkdir(parents=True)
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            return check_layers.faults(root)

    def test_accepts_what_the_graph_names_and_the_modules_own_headers(self):
        self.assertEqual(self.faults({
            "src/core/a.cpp": '#include "rempart/core/a.hpp"\n#include <regex>\n',
            "src/media/b.cpp": '#include "media/b.hpp"\n#include "rempart/core/a.hpp"\n',
            "include/rempart/guard/c.hpp": '#include <vector>\n#include "rempart/media/b.hpp"\n',
        }), [])

    def test_names_the_line_of_an_include_that_the_graph_does_not_name(self):
        self.assertEqual(self.faults({"src/core/a.cpp": '\n#include "rempart/media/b.hpp"\n'}),
                         ["src/core/a.cpp:2: core does not name media"])

    def test_a_module_below_a_named_one_is_not_named(self):
        self.assertEqual(self.faults({"src/guard/c.cpp": '#include "rempart/core/a.hpp"\n'}),
                         ["src/guard/c.cpp:1: guard does not name core"])

    def test_refuses_private_headers_of_others_and_in_public_headers(self):
        self.assertEqual(self.faults({
            "src/media/b.cpp": '#include "core/a.hpp"\n',
            "include/rempart/media/b.hpp": '#include "media/b.hpp"\n',
        }), ["include/rempart/media/b.hpp:1: a private header in a public one",
             "src/media/b.cpp:1: a private header of core"])

    def test_a_role_may_use_what_its_own_line_names_and_nothing_else(self):
        graph = GRAPH + "rempart_role(decoder MODULE core USES core media LINK x)\n"
        self.assertEqual(self.faults({
            "src/core/decoder/a.cpp": '#include "rempart/media/b.hpp"\n',
            "src/core/decoder/c.cpp": '#include "rempart/guard/c.hpp"\n',
            "src/core/b.cpp": '#include "rempart/media/b.hpp"\n',
        }, graph), ["src/core/b.cpp:1: core does not name media",
                    "src/core/decoder/c.cpp:1: core does not name guard"])

    def test_refuses_slow_libraries_in_public_headers(self):
        for name in ("nlohmann/json.hpp", "spdlog/spdlog.h", "CLI/CLI.hpp", "regex"):
            self.assertEqual(self.faults({"include/rempart/core/a.hpp": f"#include <{name}>\n"}),
                             [f"include/rempart/core/a.hpp:1: <{name}> in a public header"])

    def test_refuses_names_that_are_not_above_and_folders_that_are_no_module(self):
        graph = "rempart_module(a SOURCES x.cpp DEPENDS b)\nrempart_module(b SOURCES y.cpp)\n"
        self.assertEqual(self.faults({"src/stray/x.cpp": ""}, graph),
                         ["a names b, which is not above it", "src/stray: no module of CMakeLists.txt"])
        self.assertEqual(self.faults({}, ""), ["CMakeLists.txt states no module"])


if __name__ == "__main__":
    unittest.main()
