# SPDX-License-Identifier: Apache-2.0
"""The videos of the sample: slow pans over its own drawn pictures, the same bytes on every run."""
import subprocess

SECONDS = 4  # of a scene
RATE = 12
# One thread and no name of the encoder: else the bytes would differ from machine to machine.
CODING = ["-c:v", "libx264", "-preset", "veryfast", "-g", "24", "-threads", "1", "-pix_fmt", "yuv420p",
          "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1"]


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, arguments)], check=True)


def pans(target, pictures):
    """A film of one scene a picture: the view slides over it."""
    inputs, graph = [], ""
    for i, picture in enumerate(pictures):
        inputs += ["-loop", "1", "-framerate", RATE, "-t", SECONDS, "-i", picture]
        graph += f"[{i}]scale=800:600,crop=640:480:x='{8 + 8 * (i % 3)}*t':y='{6 + 6 * (i % 2)}*t',setsar=1[s{i}];"
    graph += "".join(f"[s{i}]" for i in range(len(pictures))) + f"concat=n={len(pictures)}:v=1:a=0[out]"
    ffmpeg(*inputs, "-filter_complex", graph, "-map", "[out]", "-crf", "22", *CODING, target)


def clip(source, target, begin, seconds, *arguments):
    """A part of it, encoded again."""
    ffmpeg("-ss", begin, "-t", seconds, "-i", source, *arguments, *CODING, target)


def make(folder, picture):
    """The known film stands in `folder` alone; exhibits get the others."""
    folder.mkdir()
    scenes = ("boats", "kites", "lighthouse", "village", "fruit", "chess", "balloons", "map")
    pans(folder / "regatta.mp4", [picture(f"{scene}-6.jpg") for scene in scenes])
    pans(folder / "garden-walk.mp4", [picture(f"{scene}-2.{ending}") for scene, ending in
                                      (("garden", "jpg"), ("shapes", "jpg"), ("balloons", "jpg"), ("fruit", "jpg"))])
    clip(folder / "regatta.mp4", folder / "regatta.clip.mp4", 8, 14, "-vf", "scale=480:360", "-crf", "33")
    clip(folder / "regatta.mp4", folder / "regatta.letterboxed.mp4", 16, 12, "-vf", "pad=640:640:0:80", "-crf", "28")
