# SPDX-License-Identifier: Apache-2.0
"""Lists of "known" material. Every entry is the digest of a drawn, harmless picture of the sample."""
import hashlib
import json
import zlib

US = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Media"


def plain_sha256(target, files):
    lines = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    target.write_text("\n".join(lines) + "\n")


def hashdeep(target, files):
    rows = ["%%%% HASHDEEP-1.0", "%%%% size,md5,sha256,filename", "## Harmless pictures of the sample", "##"]
    for path in files:
        data = path.read_bytes()
        rows.append(f"{len(data)},{hashlib.md5(data).hexdigest()},{hashlib.sha256(data).hexdigest()},{path.name}")
    target.write_text("\n".join(rows) + "\n")


def vics(target, files):
    """VICS 2.0, region US, categories 4 (comparison images) and 0 (non-pertinent) in turn."""
    media = []
    for number, path in enumerate(files):
        data = path.read_bytes()
        media.append({"MediaID": number + 1, "Category": (4, 0)[number % 2], "MD5": hashlib.md5(data).hexdigest().upper(),
                      "SHA1": hashlib.sha1(data).hexdigest().upper(), "MediaSize": len(data), "MimeType": "image/jpeg",
                      "Series": "Exercise", "MediaFiles": [{"MD5": hashlib.md5(data).hexdigest().upper(), "FileName": path.name}]})
    target.write_text(json.dumps({"@odata.context": US, "value": media}, indent=1) + "\n")


def nsrl(target, files):
    rows = ['"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"']
    for path in files:
        data = path.read_bytes()
        rows.append(f'"{hashlib.sha1(data).hexdigest().upper()}","{hashlib.md5(data).hexdigest().upper()}",'
                    f'"{zlib.crc32(data):08X}","{path.name}",{len(data)},1,"362",""')
    target.write_text("\r\n".join(rows) + "\r\n")
