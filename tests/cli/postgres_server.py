"""A PostgreSQL 15 server of the test's own, in a temporary folder; it ends with the test, however that ends."""
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
from pathlib import Path

BIN = Path("/usr/lib/postgresql/15/bin")  # where Debian has it
STOPS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class SmallDisk:
    """A file system in memory that holds so many MB, at a folder, seen by no process but those that `inside` starts.

    It needs root; OSError where that is not enough. A file of the owner's choice takes its space and gives it back.
    """

    def __init__(self, folder, megabytes, owner):
        self.folder = folder
        self.holder = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o "size=$1m,mode=700,uid=$2,gid=$3" tmpfs "$0" && '
             'echo ready && exec sleep infinity', folder, str(megabytes), str(owner.pw_uid), str(owner.pw_gid)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if self.holder.stdout.readline() != b"ready\n":
            self.close()
            raise OSError("no file system can be mounted here")
        # As the processes inside see it: what is mounted there is not in our own view.
        self.seen = Path(f"/proc/{self.holder.pid}/root{folder}")
        self.ballast = self.seen / "ballast"

    def inside(self, owner):
        """What to put before a command, so that it sees the disk and runs as its owner."""
        return ["nsenter", "-t", str(self.holder.pid), "-m", "setpriv", "--reuid", str(owner.pw_uid), "--regid",
                str(owner.pw_gid), "--clear-groups"]

    def leave_free(self, size_bytes):
        """About: others write meanwhile."""
        self.give_back()
        block = bytes(1 << 16)
        with open(self.ballast, "wb", buffering=0) as file:
            try:
                while file.write(block) == len(block):
                    pass
            except OSError:
                pass  # it is full
            file.truncate(max(0, file.tell() - size_bytes))

    def give_back(self):
        self.ballast.unlink(missing_ok=True)

    def close(self):
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()


class PostgresServer:
    """Listens on a socket in its folder and on a loopback port, lets everyone in, is not root even if we are.

    Databases collate as en-US (ICU), as those of a real lab do, so that an order that the code left open is seen.
    fsync is as a lab has it. The server is told to quit when the thread that started it ends.
    """

    def __init__(self, disk_megabytes=None):
        """With `disk_megabytes` its data lies on a SmallDisk, `self.disk`: OSError where there can be none."""
        # Directly under /tmp: the path of a socket is limited to 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="rempart-pg-", dir="/tmp"))
        self.data, self.log = self.folder / "data", self.folder / "log"
        self.identity, self.before, self.settings = {}, [], []
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")  # of Debian's package
            self.identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self.process, self.port, self.databases, self.disk = None, None, 0, None
        if disk_megabytes:
            try:
                self._use_small_disk(disk_megabytes)
            except OSError:
                shutil.rmtree(self.folder, ignore_errors=True)
                raise
        self._run("initdb", "-D", self.data, "--no-sync", "-A", "trust", "-U", "rempart", "-E", "UTF8",
                  "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US",
                  *(["--wal-segsize=1"] if self.disk else []))

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.stop("immediate")
        if self.disk is not None:
            self.disk.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        """Until it lets clients in. What a killed server left may hold on to its memory for a moment: tried again."""
        assert self.process is None, "it runs"
        port = self.port or free_port()
        for _ in range(100):
            with open(self.log, "ab") as log:
                self.process = subprocess.Popen(
                    [*self.before, "setpriv", "--pdeathsig", "QUIT", BIN / "postgres", "-D", self.data, "-k",
                     self.folder, "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=50",
                     *self.settings],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **self.identity)
            if self._wait_until_ready():
                self.port = port
                return self
            port = self.port or free_port()  # another may have taken it meanwhile
        raise RuntimeError(f"PostgreSQL does not start:\n{self.log.read_text()[-4000:]}")

    def stop(self, how="fast"):
        """`smart` waits for clients to go, `fast` cuts them off, `immediate` leaves the next start to recover."""
        self._end(STOPS[how])

    def kill9(self):
        """The postmaster is gone at once; its children see that by themselves and go."""
        self._end(signal.SIGKILL)

    def url(self, database, *, tcp=False, port=None):
        """How to reach it: by its socket, by its loopback port, or by another (a proxy's)."""
        if tcp or port:
            return f"postgresql://rempart@127.0.0.1:{port or self.port}/{database}"
        host = urllib.parse.quote(str(self.folder), safe="")
        return f"postgresql://rempart@/{database}?host={host}&port={self.port}"

    def create_db(self):
        """The name of a new empty database."""
        self.databases += 1
        name = f"t{self.databases}"
        self.sql("postgres", f"create database {name}")
        return name

    def sql(self, database, statement):
        """The rows of one statement, as lists of text. A statement that fails raises CalledProcessError."""
        done = subprocess.run([BIN / "psql", "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", self.url(database), "-c",
                               statement], check=True, capture_output=True, text=True)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def _use_small_disk(self, megabytes):
        if os.getuid() != 0:
            raise OSError("a file system is mounted by root only")
        owner = pwd.getpwnam("postgres")
        self.data.mkdir()
        self.disk = SmallDisk(self.data, megabytes, owner)
        self.data = self.data / "cluster"
        self.before, self.identity = self.disk.inside(owner), {}
        # Little is written ahead and nothing recycled, so that the log too meets the end of the disk.
        self.settings = ["-c", "wal_recycle=off", "-c", "min_wal_size=2MB", "-c", "max_wal_size=2MB",
                         "-c", "wal_init_zero=off"]

    def _run(self, program, *args):
        with open(self.log, "ab") as log:
            done = subprocess.run([*self.before, BIN / program, *args], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                                  **self.identity)
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed:\n{self.log.read_text()[-4000:]}")

    def _seen(self, name):
        """A file of the cluster, as this process may see it."""
        return self.disk.seen / "cluster" / name if self.disk else self.data / name

    def _end(self, which):
        if self.process is not None:
            self.process.send_signal(which)
            self.process.wait()
            self.process = None

    def _wait_until_ready(self):
        """postmaster.pid says "ready" in its eighth line; its first is whose file it is."""
        deadline = time.monotonic() + 60
        while self.process.poll() is None:
            try:
                state = self._seen("postmaster.pid").read_text().splitlines()
            except FileNotFoundError:
                state = []
            if len(state) >= 8 and state[0] == str(self.process.pid) and state[7].startswith("ready"):
                return True
            if time.monotonic() > deadline:
                self.kill9()
                return False
            time.sleep(0.02)
        self.process = None
        return False
