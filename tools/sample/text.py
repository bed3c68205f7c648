# SPDX-License-Identifier: Apache-2.0
"""The longer texts of the sample."""

NOTES = """À lire d'abord

Les photos de l'été sont dans « Images ». Les plans du jardin sont dans « Documents ».
The chess club meets on Thursdays at seven; the boat is in the small harbour.
"""

MINUTES = """Minutes of the garden club

Present: Claire, Yves, Nadia. The new beds are dug. The rain barrel needs a lid.
Next meeting: Saturday at ten, in front of the greenhouse.
""" * 3

TITLE = "The sample case of Rempart\n"
README = TITLE + """\
==========================

Everything here was drawn or invented by tools/make_sample.py. Nothing in it is real: no person, no
place of living, no telephone number. The same bytes come out on every run.

pictures/            {pictures} pictures: {drawn} drawn scenes (JPEG, PNG, WebP, GIF, TIFF, BMP, HEIC, AVIF, some with
                     EXIF of invented cameras) and near-duplicates of ten of them: q40 (re-encoded at quality 40), small
                     (60 %), rotated (by 90 degrees), mirrored, exif-rotated (pixels on their side, orientation 6),
                     cropped (1 % on each side), bright (+12 %).
videos/              regatta.mp4, pans over drawn scenes, which tools/run_sample.sh makes a list of; a clip of it, smaller
                     and encoded again; a clip with black bars; garden-walk.mp4, which no list knows.
exhibits/phone/      A telephone's folder: camera pictures and a video, downloads with near-duplicates, an album in a zip, a zip with
                     a password (harbour), and two Telegram exports (one account, one chat) with {messages} messages in
                     French and English, with one of the exporter's own faults in it (the escape \\x0C).
exhibits/laptop.raw  ext4: names with accents, links, an archive in an archive in an archive, four deleted files (one
                     of them overwritten by a newer file).
exhibits/laptop.E01  The same medium as EnCase 6 image.
exhibits/laptop-damaged.E01   The same with three bytes inverted: must fail its verification.
exhibits/stick.raw   FAT16: live pictures, one deleted file in one piece, one deleted file in two pieces.
exhibits/card.raw    A partition table with FAT16 and ext4.
exhibits/broken/     One truncated and one bit-flipped file of each kind, a picture that claims 60,000 x 60,000 pixels, a
                     zip that grows a thousandfold, a tar with names that want to leave their folder.
exhibits/empty-medium.raw     One MiB of zeros: no file system, must be reported and not pass as "nothing found".
lists/               "Known" material, all of it pictures of this sample:
  harbour-sha256.txt     plain SHA-256, to be added as alert
  exercise-vics-us.json  VICS 2.0, region US, MD5 and SHA-1, alert
  club-hashdeep.txt      hashdeep, MD5 and SHA-256, note
  allow-nsrl.csv         NSRL RDS 2, allow
  one-bad-line.txt       the first list with one digit lost in line 3: must be refused, with that line
  pictures-for-pdq.txt   which pictures tools/run_sample.sh makes a PDQ list of
"""
