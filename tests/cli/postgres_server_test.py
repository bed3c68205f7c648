#!/usr/bin/env python3
"""The server that the lab's tests stand on."""
import subprocess
import sys
import unittest
from pathlib import Path

from postgres_server import BIN, PostgresServer


class Server(unittest.TestCase):
    def test_what_was_committed_is_there_after_each_way_to_end_and_under_the_same_url(self):
        with PostgresServer() as server:
            name = server.create_db()
            urls = server.url(name), server.url(name, tcp=True)
            server.sql(name, "create table t (n int)")
            for i, end in enumerate((server.kill9, lambda: server.stop("immediate"), server.stop)):
                server.sql(name, f"insert into t values ({i})")
                end()
                with self.assertRaises(subprocess.CalledProcessError):
                    server.sql(name, "select 1")
                server.start()
                self.assertEqual(server.sql(name, "select count(*) from t"), [[str(i + 1)]])
            self.assertEqual((server.url(name), server.url(name, tcp=True)), urls)
            for url in urls:
                done = subprocess.run([BIN / "psql", "-XAtq", url, "-c", "select 'é'"], capture_output=True, check=True)
                self.assertEqual(done.stdout.decode(), "é\n")
            folder = server.folder
        self.assertFalse(folder.exists())

    def test_it_does_not_survive_a_test_that_is_killed(self):
        code = "from postgres_server import PostgresServer as P; s = P().start(); print(s.folder, flush=True); input()"
        test = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                cwd=Path(__file__).parent)
        folder = test.stdout.readline().strip()
        pid = int(Path(folder, "data/postmaster.pid").read_text().split()[0])
        test.kill()
        test.communicate()
        # It ends by itself; a test that waits for ever here has failed.
        subprocess.run(["tail", f"--pid={pid}", "-s", "0.05", "-f", "/dev/null"], check=True, timeout=60)
        subprocess.run(["rm", "-rf", folder], check=True)


if __name__ == "__main__":
    unittest.main()
