"""A Slurm cluster of one node in a temporary folder: MUNGE, controller and node, of its own key, ports and state."""
import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from postgres_server import free_port

CONFIG = """\
ClusterName=rempart
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/controller.pid
SlurmdPidFile={folder}/node.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1
KillWait=5
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=64000 State=UNKNOWN
PartitionName=lab Nodes=n1 Default=YES State=UP MaxTime=INFINITE
"""


class SlurmCluster:
    """Claims `cpus` processors, whatever the machine has. Everything it started ends with it or with the test."""

    def __init__(self, cpus=8):
        self.folder = Path(tempfile.mkdtemp(prefix="rempart-slurm-", dir="/tmp"))
        self.folder.chmod(0o755)
        for name in ("state", "spool", "munge"):
            (self.folder / name).mkdir(mode=0o755)
        key = self.folder / "munge" / "key"
        key.touch(0o600)
        key.write_bytes(os.urandom(1024))
        self.config = self.folder / "slurm.conf"
        self.config.write_text(CONFIG.format(
            folder=self.folder, host=socket.gethostname().split(".")[0], user=getpass.getuser(), cpus=cpus,
            controller_port=free_port(), node_port=free_port()))
        # Nothing here needs control groups; which kind there is, if any, must not be asked.
        (self.folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")
        self.environment = {**os.environ, "SLURM_CONF": str(self.config)}
        self.processes = []

    def start(self):
        munge = self.folder / "munge"
        self._start("munged", "--foreground", f"--socket={munge}/socket", f"--key-file={munge}/key",
                    f"--log-file={munge}/log", f"--pid-file={munge}/pid", f"--seed-file={munge}/seed")
        self._until(lambda: (munge / "socket").exists(), "MUNGE")
        self._start("slurmctld", "-D", "-f", self.config)
        self._until(lambda: "UP" in self.run("scontrol", "ping"), "the controller")
        self._start("slurmd", "-D", "-N", "n1", "-f", self.config)
        self._until(lambda: "idle" in self.run("sinfo", "-h", "-o", "%t"), "the node")

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *args, env=None):
        """What a command of Slurm prints, errors too; a failure shows in it."""
        done = subprocess.run([str(a) for a in args], env={**self.environment, **(env or {})}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
        return done.stdout

    def submit(self, *args, env=None):
        """sbatch: the number of the job."""
        said = self.run("sbatch", "--parsable", *args, env=env)
        if not said.strip().isdigit():
            raise RuntimeError(f"sbatch: {said}\n{self.logs()}")
        return said.strip()

    def tasks(self, job):
        """The state of each task of an array, by number, as long as the controller remembers: five minutes."""
        states = {}
        for line in self.run("scontrol", "--oneliner", "show", "job", job).splitlines():
            words = dict(word.split("=", 1) for word in line.split() if "=" in word)
            states[words.get("ArrayTaskId", "")] = words.get("JobState")
        return states

    def wait_for(self, job, wanted, seconds=60):
        """Until each task of the array is in one of the states `wanted`."""
        self._until(lambda: set(self.tasks(job).values()) <= set(wanted), f"job {job}", seconds)
        return self.tasks(job)

    def logs(self):
        return "\n".join(path.read_text(errors="replace")[-2000:] for path in sorted(self.folder.glob("*.log")))

    def _start(self, program, *args):
        with open(self.folder / f"{program}.log", "ab") as log:
            self.processes.append(subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", f"/usr/sbin/{program}", *map(str, args)], env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/"))

    def _until(self, done, what, seconds=60):
        deadline = time.monotonic() + seconds
        while not done():
            if time.monotonic() > deadline or any(p.poll() is not None for p in self.processes):
                raise RuntimeError(f"{what} is not as it should be:\n{self.logs()}")
            time.sleep(0.1)
