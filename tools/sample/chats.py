# SPDX-License-Identifier: Apache-2.0
"""Exports in the shapes that Telegram Desktop writes, with invented neutral talk.

Shapes and traps: the exporter's own source (telegramdesktop/tdesktop, export_output_json.cpp), among
them the escape \\x0C, which is not JSON and which the real exporter writes for control characters.
"""
import calendar
import json
import time

EXCLUDED = "(File not included. Change data exporting settings to download.)"
# Stands in the text where the exporter writes its invalid escape; replaced after json.dumps.
FORM_FEED = "\uE00C"

PEOPLE = {"user1001": "Claire Jardin", "user1002": "Yves Le Gall", "user1003": "Nadia Benali",
          "user2001": "Alice Rook", "user2002": "Ben Castle", "user2003": "Priya Knight",
          "user3001": "Marin Quai", None: None}

# (sender, text, what hangs on it: a picture's name, a file or nothing)
GARDEN = [
    ("user1001", "Bonjour à tous, les semis de tomates ont levé cette semaine.", None),
    ("user1002", "Bravo ! Chez moi les radis sont déjà bons à manger.", None),
    ("user1003", "Voici les plates-bandes ce matin.", "garden-1.q40.jpg"),
    ("user1001", "Très joli. Qui arrose pendant les vacances ?", None),
    ("user1002", "Je peux passer le mardi et le vendredi.", None),
    ("user1003", "Et moi le dimanche. J'apporte le grand arrosoir.", None),
    ("user1001", "Le compost est plein, il faudra le retourner samedi.", None),
    ("user1002", "La corbeille de fruits pour la fête :", "fruit-1.q40.jpg"),
    ("user1003", "Superbe ! Il manque des poires, j'en ai trop.", None),
    ("user1001", "Rendez-vous à dix heures devant la serre.", None),
    ("user1002", "N'oubliez pas les gants et le sécateur.", None),
    ("user1003", f"Liste des graines :{FORM_FEED}carottes, basilic, courges.", None),
    ("user1001", "Le plan du nouveau jardin, première version.", "map-1.small.jpg"),
    ("user1002", "Je mettrais les fraisiers au sud.", None),
    ("user1003", "D'accord, et les herbes près de la porte.", None),
    ("user1001", "La mairie prête une brouette et deux bêches.", None),
    ("user1002", "Le règlement de la cuve d'eau de pluie est dans le fichier.", "document"),
    ("user1003", "Merci, je le lis ce soir.", None),
    ("user1001", "Attention aux limaces, il a beaucoup plu.", None),
    ("user1002", "J'ai posé des planches, cela marche bien.", None),
]
CHESS = [
    ("user2001", "Good evening all, the club meets on Thursday at seven.", None),
    ("user2002", "I will bring two clocks and the long table.", None),
    ("user2003", "Here is the position from last week.", "chess-1.small.jpg"),
    ("user2001", "White to move. I think the knight goes to f5.", None),
    ("user2002", "That gives up the bishop, but the attack looks strong.", None),
    ("user2003", "My computer says equal. I would still rather play white.", None),
    ("user2001", "The school asks for two boards for its open day.", None),
    ("user2002", "They can have mine, the box is a little worn.", None),
    ("user2003", "Balloons from the open day, what a view!", "balloons-1.cropped.jpg"),
    ("user2001", "Lovely colours. Who won the blitz game at the end?", None),
    ("user2002", "Nobody: both flags fell, and we laughed.", None),
    ("user2003", "Next time we write the moves down.", None),
    ("user2001", "The league table is attached.", "missing"),
    ("user2002", "Third place is better than last year.", None),
    ("user2003", "Only half a point behind the second team.", None),
    ("user2001", "Tea and biscuits are on me this week.", None),
    ("user2002", "Thank you. I bring the lemon cake again.", None),
    ("user2003", "Can somebody explain the Catalan opening to me?", None),
    ("user2001", "Come half an hour early and we go through it.", None),
    ("user2002", "The clocks have new batteries now.", None),
]
BOAT = [
    ("user3001", "La coque est sèche, on peut poncer demain.", None),
    ("user1002", "J'ai trouvé de la peinture bleue, deux pots.", None),
    ("user3001", "Photo du port ce matin, le nôtre est au fond.", "boats-1.mirrored.jpg"),
    ("user1002", "Le mât aura besoin d'un nouveau hauban.", None),
    ("user3001", "Le voilier du port peut le faire lundi.", None),
    ("user1002", "Pense à vérifier la pompe avant la mise à l'eau.", None),
    ("user3001", "Elle tourne. Le joint était usé, je l'ai changé.", None),
    ("user1002", "On sort vers le phare s'il fait beau ?", "lighthouse-1.small.jpg"),
    ("user3001", "Oui, marée haute à neuf heures.", None),
    ("user1002", "Je prépare le café et les gilets.", None),
]


def stamp(seconds, offset_hours):
    """The exporter's local clock without a zone, and the instant beside it."""
    local = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds + 3600 * offset_hours))
    return local, str(seconds)


def attach(message, what, copy_picture):
    """Adds the keys that the exporter writes for a picture, a document or a file left out."""
    if what == "document":
        message.update(file="files/reglement.txt", file_name="règlement.txt", mime_type="text/plain", file_size=57)
    elif what == "missing":
        message.update(file=EXCLUDED, file_name="league-table.pdf", mime_type="application/pdf", file_size=48213)
    elif what:
        path, size, width, height = copy_picture(what)
        message.update(photo=path, photo_file_size=size, width=width, height=height)


def talk(script, start, rounds, offset_hours, copy_picture):
    """The script `rounds` times over, a fortnight apart; attachments only the first time."""
    messages, number = [], 1
    for turn in range(rounds):
        for place, (sender, text, what) in enumerate(script):
            local, instant = stamp(start + turn * 14 * 86400 + place * 5400 + place % 7 * 61, offset_hours)
            message = {"id": number, "type": "message", "date": local, "date_unixtime": instant,
                       "from": PEOPLE[sender], "from_id": sender}
            if turn > 0 and place % 4 == 1:
                message["reply_to_message_id"] = number - 1
            attach(message, what if turn == 0 else None, copy_picture)
            message["text"] = text
            message["text_entities"] = [{"type": "plain", "text": text}] if text else []
            messages.append(message)
            number += 1
    return messages


def service(number, seconds, offset_hours, action, **more):
    local, instant = stamp(seconds, offset_hours)
    return {"id": number, "type": "service", "date": local, "date_unixtime": instant, "actor": PEOPLE[more.pop("by")],
            "actor_id": more.pop("who"), "action": action, **more, "text": "", "text_entities": []}


def write(path, export):
    """As the real exporter: one blank of indentation, UTF-8, and the escape that is not JSON."""
    text = json.dumps(export, ensure_ascii=False, indent=1)
    path.write_text(text.replace(FORM_FEED, "\\x0C"), encoding="utf-8")


def copier(folder, pictures):
    """Puts the picture `name` into the export's photos and says what the exporter would say."""
    from PIL import Image

    def copy_picture(name):
        (folder / "photos").mkdir(parents=True, exist_ok=True)
        target = folder / "photos" / f"photo_{len(list((folder / 'photos').iterdir())) + 1}@{name}"
        data = (pictures / name).read_bytes()
        target.write_bytes(data)
        with Image.open(target) as image:
            width, height = image.size
        return f"photos/{target.name}", len(data), width, height
    return copy_picture


def make_account(folder, pictures):
    """A whole account: one conversation in French, one in English."""
    folder.mkdir(parents=True)
    copy = copier(folder, pictures)
    (folder / "files").mkdir()
    (folder / "files" / "reglement.txt").write_text("L'eau de pluie est pour les légumes. Fermer le robinet.\n", encoding="utf-8")
    start = calendar.timegm((2024, 3, 2, 8, 15, 0))
    garden = talk(GARDEN, start, 2, 1, copy)
    garden.insert(0, service(0, start - 600, 1, "create_group", by="user1001", who="user1001", title="Club de jardinage",
                             members=["Claire Jardin", "Yves Le Gall", "Nadia Benali"]))
    chess = talk(CHESS, start + 86400, 2, 1, copy)
    chess.append(service(len(chess) + 1, start + 30 * 86400, 2, "phone_call", by="user2002", who="user2002",
                         duration_seconds=312, discard_reason="hangup"))
    chess.append({"id": len(chess) + 1, "type": "unsupported"})
    write(folder / "result.json", {
        "about": "Here is the data you requested.",
        "personal_information": {"user_id": 1002, "first_name": "Yves", "last_name": "Le Gall",
                                 "phone_number": "+33 1 99 00 00 00", "username": "@exemple_yves"},
        "chats": {"about": "This page lists all chats from this export.", "list": [
            {"name": "Club de jardinage", "type": "private_group", "id": 424242, "messages": garden},
            {"name": "Chess club", "type": "private_supergroup", "id": 515151, "messages": chess}]}})
    return len(garden) + len(chess)


def make_single(folder, pictures):
    """One chat alone, the other shape; one sender is a deleted account."""
    copy = copier(folder, pictures)
    messages = talk(BOAT, calendar.timegm((2024, 4, 6, 7, 0, 0)), 4, 2, copy)
    messages[-1].update({"from": None, "edited": "2024-05-18T22:00:00", "edited_unixtime": "1716062400"})
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "result.json", {"name": "Réparation du bateau", "type": "personal_chat", "id": 3001, "messages": messages})
    return len(messages)
