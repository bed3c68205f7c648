#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes telegram_json_*.expected.json: what the fixtures hold, by another way than the reader's.

usage: expect.py            (in this folder)

The file is repaired with two regular expressions and read whole with Python's json; places are
found by the indentation of the exporter. What a message means is written down again here from
docs/formats/telegram.md, on purpose without a look at the C++ code.
"""
import calendar
import json
import re
import time
from pathlib import Path

HERE = Path(__file__).parent
KINDS = {"personal_chat": "dm", "bot_chat": "dm", "private_group": "group", "public_group": "group",
         "private_supergroup": "supergroup", "public_supergroup": "supergroup",
         "private_channel": "channel", "public_channel": "channel", "saved_messages": "saved"}
CALLS = {"phone_call", "conference_call", "group_call", "invite_to_group_call", "group_call_scheduled"}
ROLES = {"sticker": "sticker", "voice_message": "voice", "video_message": "video", "video_file": "video",
         "animation": "video"}
STATUS = {"(File unavailable, please try again later)": "unavailable",
          "(File exceeds maximum size. Change data exporting settings to download.)": "too_big",
          "(File not included. Change data exporting settings to download.)": "excluded"}


def first_said(pairs):
    found = {}
    for key, value in pairs:
        if found.get(key) in (None, "", [], {}):
            found[key] = value
    return found


def load(text):
    escapes = re.compile(r"((?:^|[^\\])(?:\\\\)*)\\x([0-9a-fA-F]{2})")
    text, n = escapes.subn(r"\1\\u00\2", text)
    text, m = re.subn(r'("document_id": )([^"\n]+)', r'\1"\2"', text)
    return json.loads(text, object_pairs_hook=first_said), n + m


def peer(value):
    if isinstance(value, int):
        return f"user{value % 2**32}" if value < 2**33 else str(value)
    return value or ""


def joined(text):
    return text if isinstance(text, str) else "".join(p if isinstance(p, str) else p["text"] for p in text)


def local(value):
    return "" if not value else value + "|" + str(calendar.timegm(time.strptime(value, "%Y-%m-%dT%H:%M:%S")))


def attachments(m):
    main = "file" if "file" in m else "photo"
    rows = []
    for key in ("photo", "file", "thumbnail", "contact_vcard"):
        if key not in m:
            continue
        role = {"photo": "photo", "thumbnail": "thumbnail", "contact_vcard": "contact",
                "file": ROLES.get(m.get("media_type"), "file")}[key]
        status = STATUS.get(m[key], "claimed")
        row = {"path": m[key] if status == "claimed" else "", "status": status, "role": role,
               "size": m.get(key + "_file_size" if key != "file" else "file_size"),
               "name": m.get("file_name", "") if key == "file" else "",
               "mime": m.get("mime_type", "") if key == "file" else "",
               "duration": m.get("duration_seconds") if key == "file" else None,
               "width": m.get("width") if key == main else None,
               "height": m.get("height") if key == main else None}
        rows.append(row)
    return rows


def kind(m):
    if m["type"] == "unsupported":
        return "unsupported"
    if m["type"] == "service":
        return "call" if m["action"] in CALLS else "service"
    for key, name in (("poll", "poll"), ("location_information", "location"), ("contact_information", "contact")):
        if key in m:
            return name
    if m.get("media_type") == "sticker":
        return "sticker"
    return "media" if "photo" in m or "file" in m else "text"


def extra(m):
    """Names of the keys that have no place of their own."""
    taken = {"id", "type", "date", "date_unixtime", "edited", "edited_unixtime", "text", "text_entities",
             "reply_to_message_id", "reply_to_peer_id", "forwarded_from", "via_bot", "members", "action",
             "file", "file_name", "file_size", "mime_type", "photo", "photo_file_size", "thumbnail",
             "thumbnail_file_size", "contact_vcard", "contact_vcard_file_size", "width", "height"}
    taken |= {"actor", "actor_id"} if m["type"] == "service" else {"from", "from_id"}
    taken |= {"duration_seconds"} if "file" in m else set()
    keys = [key for key in m if key not in taken]
    for key in ("text_entities", "text"):
        parts = m.get(key)
        styled = isinstance(parts, list) and any(isinstance(p, dict) and p["type"] != "plain" for p in parts)
        if styled and (key == "text_entities" or "text_entities" not in m):
            keys.append(key)
    return sorted(keys)


def message(m):
    name, ident = ("actor", "actor_id") if m["type"] == "service" else ("from", "from_id")
    reply = str(m.get("reply_to_message_id", ""))
    if "reply_to_peer_id" in m:
        reply = m["reply_to_peer_id"] + "/" + reply
    return {"id": str(m["id"]), "kind": kind(m), "sender_id": peer(m.get(ident)), "sender_name": m.get(name) or "",
            "utc": m.get("date_unixtime", ""), "local": local(m.get("date")), "edited_utc": m.get("edited_unixtime", ""),
            "body": joined(m.get("text_entities") or m.get("text", "")), "reply_to": reply,
            "forwarded_from": m.get("forwarded_from", ""), "via": m.get("via_bot", ""), "action": m.get("action", ""),
            "members": [n or "" for n in m.get("members", [])], "attachments": attachments(m), "extra": extra(m)}


def places(raw):
    """Offset and size of each message: '{' alone on its line, closed at the same indentation."""
    pattern = rb'^( +)\{\n +"id": -?\d+,\n +"type": "(?:message|service|unsupported)"(?:.*\n)*?\1\}'
    return [[m.start() + len(m[1]), m.end() - m.start() - len(m[1])] for m in re.finditer(pattern, raw, re.M)]


def accounts(messages, owner):
    rows = []
    if owner:
        ident = f"user{owner['user_id']}"
        rows = [[ident, f"{owner['first_name']} {owner['last_name']}", True], [ident, owner["username"], True]]
    for m in messages:
        seen = [(m.get("from_id", m.get("actor_id")), m.get("from", m.get("actor")))]
        seen += [(r["from_id"], r["from"]) for reaction in m.get("reactions", []) for r in reaction["recent"]]
        for ident, name in seen:
            row = [peer(ident), name or "", False]
            if row not in rows and (row[0] or row[1]):
                rows.append(row)
    return rows


def expected(path):
    raw = path.read_bytes()
    root, repairs = load(raw.decode())
    chats = [root] if "messages" in root else [c for part in ("chats", "left_chats") for c in root[part]["list"]]
    messages = [m for chat in chats for m in chat["messages"]]
    conversations = [{"id": f"{c['type']}:{c['id']}", "kind": KINDS[c["type"]], "title": c.get("name", ""),
                      "messages": [message(m) for m in c["messages"]]} for c in chats]
    return {"conversations": conversations, "accounts": accounts(messages, root.get("personal_information")),
            "places": places(raw), "repairs": repairs, "unread": [s for s in ("contacts", "sessions") if s in root]}


for fixture in sorted(HERE.glob("telegram_json_*.json")):
    if ".expected" not in fixture.name:
        out = fixture.with_suffix(".expected.json")
        out.write_text(json.dumps(expected(fixture), ensure_ascii=False, indent=1, sort_keys=True) + "\n")
