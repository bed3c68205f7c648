// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "act/words.hpp"

namespace rempart::act {
namespace {

// French typography: a no-break space (\u00a0) before ":" and inside « ».
constexpr std::array kPhrases{
    Phrase{"title", "Examination report", "Rapport d’examen"},
    Phrase{"confidential", "Confidential: for the authority named below",
           "Confidentiel\u00a0: réservé à l’autorité désignée ci-dessous"},
    Phrase{"case", "Case", "Dossier"},
    Phrase{"case number", "Identifier of the case", "Identifiant du dossier"},
    Phrase{"authority", "Authority", "Autorité"},
    Phrase{"legal basis", "Legal basis", "Base légale"},
    Phrase{"purpose", "Purpose", "Finalité"},
    Phrase{"review date", "To be reviewed on", "À réexaminer le"},
    Phrase{"opened", "Case opened", "Dossier ouvert le"},
    Phrase{"made", "Report made", "Rapport établi le"},
    Phrase{"program", "Program", "Programme"},
    Phrase{"contents", "Contents", "Sommaire"},
    Phrase{"zone unknown", "(zone unknown)", "(fuseau inconnu)"},
    Phrase{"exact size", "{0} ({1} bytes)", "{0} ({1} octets)"},
    Phrase{"none", "None.", "Aucun élément."},
    Phrase{"more", "{0} of {1} rows are shown; all are in the case and in its export.",
           "{0} lignes sur {1} sont affichées\u00a0; toutes figurent dans le dossier et dans son "
           "export."},
    Phrase{"fact", "Fact", "Fait"},
    Phrase{"inference", "Machine inference", "Déduction automatique"},
    Phrase{"mixed", "Facts and machine inferences", "Faits et déductions automatiques"},

    Phrase{"glance", "At a glance", "L’essentiel"},
    Phrase{"exhibits", "Exhibits", "Scellés"},
    Phrase{"items", "Items", "Éléments"},
    Phrase{"distinct contents", "Distinct contents", "Contenus distincts"},
    Phrase{"volume read", "Volume", "Volume"},
    Phrase{"pictures", "Pictures", "Images"},
    Phrase{"videos", "Videos", "Vidéos"},
    Phrase{"messages", "Messages", "Messages"},
    Phrase{"known exact", "On alert lists, exact", "Sur liste d’alerte, exacts"},
    Phrase{"known near", "On alert lists, near", "Sur liste d’alerte, proches"},
    Phrase{"new groups", "Groups of new material", "Groupes de contenus nouveaux"},
    Phrase{"unread", "Could not be read", "Non lus"},
    Phrase{"count notes",
           "An item is a place; a content is what distinct bytes are. “On alert lists” counts "
           "distinct contents: exact matches first, then what is near and not exact.",
           "Un élément est un emplacement\u00a0; un contenu désigne des octets distincts. "
           "«\u00a0Sur liste d’alerte\u00a0» compte les contenus distincts\u00a0: les "
           "correspondances exactes, puis les proches qui ne sont pas exactes."},
    Phrase{"all verified", "Every exhibit that can be compared was verified against its digest.",
           "Chaque scellé comparable a été vérifié d’après son empreinte."},
    Phrase{"some failed",
           "Exhibits that failed verification: {0}. Their bytes are not those that were acquired; "
           "see section 1.",
           "Scellés dont la vérification a échoué\u00a0: {0}. Leurs octets ne sont pas ceux qui "
           "ont été saisis\u00a0; voir la section 1."},
    Phrase{"some unread", "Not everything could be read: {0}; see section 5.",
           "Tout n’a pas pu être lu\u00a0: {0}\u00a0; voir la section 5."},
    Phrase{"some disputed",
           "Contents that an alert list and an allow list both hold: {0}. Neither list wins; a "
           "person decides.",
           "Contenus qu’une liste d’alerte et une liste d’exclusion recensent toutes deux\u00a0: "
           "{0}. Aucune ne l’emporte\u00a0; une personne décide."},
    Phrase{"some quarantined",
           "Entries of lists in quarantine, because they are near too much of the case: {0}. "
           "Their near matches do not count in this report; see section 2.",
           "Entrées de listes en quarantaine, car proches de trop de contenus du dossier\u00a0: "
           "{0}. Leurs correspondances proches ne sont pas comptées dans ce rapport\u00a0; voir "
           "la section 2."},
    Phrase{"some disabled",
           "Entries of lists that a person disabled: {0}. Their matches do not count in this "
           "report; see section 2.",
           "Entrées de listes désactivées par une personne\u00a0: {0}. Leurs correspondances ne "
           "sont pas comptées dans ce rapport\u00a0; voir la section 2."},
    Phrase{"some open", "Exhibits not completely ingested: {0}. The figures are not final.",
           "Scellés dont le traitement n’est pas terminé\u00a0: {0}. Les chiffres ne sont pas "
           "définitifs."},
    Phrase{"nothing compared", "No exhibit could be compared with a digest of its acquisition.",
           "Aucun scellé n’a pu être comparé à une empreinte d’acquisition."},

    Phrase{"exhibit", "Exhibit", "Scellé"},
    Phrase{"kind", "Kind", "Nature"},
    Phrase{"size", "Size", "Taille"},
    Phrase{"verification", "Verification", "Vérification"},
    Phrase{"state", "State", "État"},
    Phrase{"digest computed", "computed", "calculée"},
    Phrase{"digest stored", "stored in the container", "inscrite dans le conteneur"},
    Phrase{"digest given", "given at acquisition", "donnée à l’acquisition"},
    Phrase{"digests of", "Digests of {0}", "Empreintes de {0}"},
    Phrase{"volumes of", "Volumes of {0}", "Volumes de {0}"},
    Phrase{"algorithm", "Algorithm", "Algorithme"},
    Phrase{"origin", "Origin", "Origine"},
    Phrase{"digest", "Digest", "Empreinte"},
    Phrase{"volume", "Volume", "Volume"},
    Phrase{"starts at", "Starts at byte", "Début (octet)"},
    Phrase{"file system", "File system", "Système de fichiers"},
    Phrase{"remark", "Remark", "Remarque"},

    Phrase{"known title", "Known material, by list", "Contenus connus, par liste"},
    Phrase{"known intro",
           "An exact match means that every byte is the same. A near match means that two "
           "pictures look alike to the method named in section 7; a human must confirm it.",
           "Une correspondance exacte signifie que tous les octets sont identiques. Une "
           "correspondance proche signifie que deux images se ressemblent selon la méthode "
           "décrite en section 7\u00a0; une personne doit la confirmer."},
    Phrase{"list", "List", "Liste"},
    Phrase{"polarity", "Meaning", "Portée"},
    Phrase{"scheme", "Scheme", "Nomenclature"},
    Phrase{"hashes", "Hashes", "Empreintes"},
    Phrase{"exact", "Exact", "Exactes"},
    Phrase{"near", "Near", "Proches"},
    Phrase{"places", "Places", "Emplacements"},
    Phrase{"radius", "Radius", "Rayon"},
    Phrase{"source of list", "Source: {0}, SHA-256 {1}", "Source\u00a0: {0}, SHA-256 {1}"},
    Phrase{"hits of", "Places of material that “{0}” lists",
           "Emplacements des contenus que «\u00a0{0}\u00a0» recense"},
    Phrase{"path", "Path", "Chemin"},
    Phrase{"match", "Match", "Correspondance"},
    Phrase{"entry", "Entry", "Entrée"},
    Phrase{"entries off", "Entries whose matches do not count, or not the near ones",
           "Entrées dont les correspondances, ou les seules proches, ne comptent pas"},
    Phrase{"reason", "Reason", "Motif"},
    Phrase{"disputed", "disputed: an allow list holds it too, or an alert list",
           "contesté\u00a0: une liste d’exclusion le recense aussi, ou une liste d’alerte"},
    Phrase{"one of entries", "{0} (of {1} that match)", "{0} (sur {1} concordantes)"},
    Phrase{"bits", "near, {0} of 256 bits, {1}", "proche, {0} bits sur 256, {1}"},
    Phrase{"by algorithm", "exact, {0}", "exacte, {0}"},
    Phrase{"segment of both", "{0} to {1} here is {2} to {3} of the listed video",
           "de {0} à {1} ici : de {2} à {3} de la vidéo recensée"},
    Phrase{"segment here", "at {0} to {1} of the video", "de {0} à {1} de la vidéo"},
    Phrase{"segment there", "at {0} to {1} of the listed video",
           "de {0} à {1} de la vidéo recensée"},
    Phrase{"contact sheet", "Frames of the video, grey and blurred",
           "Vues de la vidéo, en gris et floutées"},

    Phrase{"new title", "New material", "Contenus nouveaux"},
    Phrase{"new intro",
           "Pictures and videos that no alert or allow list knows, grouped so that one look serves "
           "all "
           "copies, most urgent first. The order is a suggestion with its reasons; a human "
           "decides.",
           "Images et vidéos qu’aucune liste d’alerte ou d’exclusion ne connaît, groupées pour "
           "qu’un seul "
           "regard suffise à toutes les copies, les plus urgentes d’abord. L’ordre est une "
           "suggestion motivée\u00a0; une personne décide."},
    Phrase{"new count", "{0} pictures and videos in {1} groups.",
           "{0} images et vidéos en {1} groupes."},
    Phrase{"rank", "No.", "N°"},
    Phrase{"representative", "Representative", "Représentante"},
    Phrase{"unknown members", "New / all", "Nouveaux / tous"},
    Phrase{"points", "Points", "Points"},
    Phrase{"reasons", "Reasons", "Motifs"},
    Phrase{"thumbnail", "Preview, grey and blurred", "Aperçu, gris et flouté"},
    Phrase{"thumbnails off", "Previews are left out of this report.",
           "Les aperçus ne figurent pas dans ce rapport."},

    Phrase{"talk title", "Conversations", "Conversations"},
    Phrase{"talk intro",
           "What chat exports contain. Names and texts are as the export gives them; a display "
           "name is no identity.",
           "Ce que contiennent les exports de messagerie. Les noms et les textes sont ceux de "
           "l’export\u00a0; un nom affiché n’est pas une identité."},
    Phrase{"conversation", "Conversation", "Conversation"},
    Phrase{"platform", "Platform", "Plateforme"},
    Phrase{"senders", "Senders", "Expéditeurs"},
    Phrase{"attachments", "Attachments (present)", "Pièces jointes (présentes)"},
    Phrase{"known attachments", "On a list", "Recensées"},
    Phrase{"first", "First", "Premier"},
    Phrase{"last", "Last", "Dernier"},
    Phrase{"exports", "Exports read", "Exports lus"},
    Phrase{"export", "Export", "Export"},
    Phrase{"format", "Format", "Format"},
    Phrase{"parsed", "Records read", "Enregistrements lus"},
    Phrase{"rejected", "Rejected", "Rejetés"},
    Phrase{"skipped", "Skipped", "Omis"},
    Phrase{"repairs", "Repairs", "Réparations"},
    Phrase{"complete", "Complete", "Complet"},
    Phrase{"yes", "yes", "oui"},
    Phrase{"cut short", "no: it is cut short", "non\u00a0: il est tronqué"},
    Phrase{"losses", "What such exports leave out", "Ce que ces exports omettent"},
    Phrase{"rejects", "Records that could not be read", "Enregistrements non lus"},

    Phrase{"unread title", "What could not be read", "Ce qui n’a pas pu être lu"},
    Phrase{"unread intro",
           "Every item, content, volume or record that could not be read, or not whole. The rest "
           "of the exhibit was read on. Technical sentences are in English.",
           "Chaque élément, contenu, volume ou enregistrement illisible en tout ou en partie. La "
           "lecture du reste du scellé a continué. Les précisions techniques sont en anglais."},
    Phrase{"cause", "Cause", "Cause"},
    Phrase{"count", "Count", "Nombre"},
    Phrase{"place", "Place", "Emplacement"},
    Phrase{"where", "What", "Objet"},
    Phrase{"detail", "Detail", "Précision"},
    Phrase{"unread bytes", "{0} unread", "{0} non lus"},

    Phrase{"runs title", "Runs", "Traitements"},
    Phrase{"runs intro",
           "Untrusted data is opened only by confined readers: programs that the system keeps "
           "from the network and from every file they were not given. What was in force:",
           "Les données non fiables ne sont ouvertes que par des lecteurs confinés\u00a0: des "
           "programmes que le système tient à l’écart du réseau et de tout fichier qui ne leur a "
           "pas été remis. Protections en vigueur\u00a0:"},
    Phrase{"started", "Started", "Début"},
    Phrase{"ended", "Ended", "Fin"},
    Phrase{"outcome", "Outcome", "Issue"},
    Phrase{"jobs", "Threads", "Fils"},
    Phrase{"confinement", "Confinement", "Confinement"},
    Phrase{"version", "Version", "Version"},
    Phrase{"running", "not ended", "non terminé"},

    Phrase{"method title", "Methods and their limits", "Méthodes et limites"},
    Phrase{"method exact title", "Exact matches", "Correspondances exactes"},
    Phrase{"method exact",
           "The MD5, SHA-1 and SHA-256 digests of every content are compared with the lists. Equal "
           "digests mean equal bytes; MD5 and SHA-1 can be forged by somebody who makes both "
           "files, SHA-256 cannot with means known today. A changed byte is no exact match.",
           "Les empreintes MD5, SHA-1 et SHA-256 de chaque contenu sont comparées aux listes. Des "
           "empreintes égales signifient des octets identiques\u00a0; MD5 et SHA-1 peuvent être "
           "contrefaites par qui fabrique les deux fichiers, SHA-256 non avec les moyens connus à "
           "ce jour. Un octet modifié suffit à exclure la correspondance exacte."},
    Phrase{"method near title", "Near matches", "Correspondances proches"},
    Phrase{
        "method near",
        "PDQ describes a picture by 256 bits. Two pictures are near if their hashes differ in "
        "at most the radius of the list (31 bits unless stated otherwise), in one of 8 "
        "orientations, both with a quality of at least 50. It finds re-encoded, resized and "
        "lightly cropped copies; it misses heavy crops and edits, and may join pictures "
        "that only look alike. Each row gives the distance in bits.",
        "PDQ décrit une image par 256 bits. Deux images sont proches si leurs empreintes "
        "diffèrent d’au plus le rayon de la liste (31 bits sauf mention contraire), dans l’une "
        "de 8 orientations, toutes deux avec une qualité d’au moins 50. La méthode retrouve les "
        "copies réencodées, redimensionnées ou légèrement recadrées\u00a0; elle manque les forts "
        "recadrages et retouches, et peut rapprocher des images qui se ressemblent seulement. "
        "Chaque ligne donne la distance en bits."},
    Phrase{"method deleted title", "Deleted items", "Éléments supprimés"},
    Phrase{"method deleted",
           "A deleted item is read as far as its file system still describes it. Where the map of "
           "its blocks is lost, the bytes after the first block are an assumption, and the item "
           "is marked so in the case.",
           "Un élément supprimé est lu dans la mesure où son système de fichiers le décrit encore. "
           "Lorsque la carte de ses blocs est perdue, les octets qui suivent le premier bloc sont "
           "une supposition, et l’élément est marqué comme tel dans le dossier."},
    Phrase{"method time title", "Times and addresses", "Dates et adresses"},
    Phrase{
        "method time",
        "Times are UTC where the source gives an instant, and marked where the zone is unknown. "
        "A network address or a telephone number is a lead with its time and its error: by "
        "itself it never attributes an act to a person.",
        "Les heures sont en UTC lorsque la source donne un instant, et signalées lorsque le "
        "fuseau est inconnu. Une adresse réseau ou un numéro de téléphone est une piste, avec son "
        "heure et son incertitude\u00a0: à lui seul, il n’attribue jamais un acte à une personne."},
    Phrase{"method human title", "Who decides", "Qui décide"},
    Phrase{
        "method human",
        "This report holds facts, with their source, and machine inferences, with their "
        "method. It holds no assessment of any person. Whether material is illegal, and what "
        "follows, is decided by a human with that authority.",
        "Ce rapport contient des faits, avec leur source, et des déductions automatiques, avec "
        "leur méthode. Il ne contient aucune appréciation sur une personne. Le caractère illicite "
        "d’un contenu et les suites à donner relèvent d’une personne habilitée."},
    Phrase{"method zero title", "What a zero means", "Ce que signifie un zéro"},
    Phrase{"method zero",
           "A zero in this report means that what was read holds none. What was not read is "
           "counted in section 5 and never as a zero.",
           "Un zéro dans ce rapport signifie que ce qui a été lu n’en contient pas. Ce qui n’a pas "
           "été lu est compté en section 5, jamais comme un zéro."},
    Phrase{"beside", "The same facts for programs: report.json, beside this page.",
           "Les mêmes faits pour les programmes\u00a0: report.json, à côté de cette page."},
};

// What the rows of a case call things. The keys are stable names: they never change with a
// language.
constexpr std::array kRowNames{
    Phrase{"folder", "folder", "dossier de fichiers"},
    Phrase{"file", "single file", "fichier isolé"},
    Phrase{"disk-raw", "disk image, raw", "image disque brute"},
    Phrase{"disk-e01", "disk image, E01", "image disque E01"},
    Phrase{"pending", "pending", "en attente"},
    Phrase{"verified", "verified", "vérifié"},
    Phrase{"failed", "FAILED", "ÉCHEC"},
    Phrase{"nothing-to-compare", "nothing to compare with", "rien à comparer"},
    Phrase{"not-applicable", "not applicable", "sans objet"},
    Phrase{"left-out", "left out on request", "omis sur demande"},
    Phrase{"open", "not complete", "inachevé"},
    Phrase{"complete", "complete", "terminé"},
    Phrase{"whole medium", "whole medium", "support entier"},
    Phrase{"unallocated", "unallocated", "non alloué"},
    Phrase{"alert", "alert", "alerte"},
    Phrase{"allow", "allow", "exclusion"},
    Phrase{"note", "note", "signalement"},
    Phrase{"disabled", "disabled", "désactivée"},
    Phrase{"withdrawn", "withdrawn", "retirée"},
    Phrase{"quarantined", "in quarantine", "en quarantaine"},
    Phrase{"dm", "direct", "directe"},
    Phrase{"group", "group", "groupe"},
    Phrase{"supergroup", "large group", "grand groupe"},
    Phrase{"channel", "channel", "canal"},
    Phrase{"saved", "saved messages", "messages enregistrés"},
    Phrase{"unknown", "unknown", "inconnue"},
    Phrase{"item", "item", "élément"},
    Phrase{"content", "content", "contenu"},
    Phrase{"picture", "picture decoded in part", "image décodée en partie"},
    Phrase{"volume", "volume", "volume"},
    Phrase{"exhibit", "exhibit", "scellé"},

    Phrase{"invalid_argument", "invalid value", "valeur invalide"},
    Phrase{"malformed", "does not follow its format", "non conforme à son format"},
    Phrase{"limit_exceeded", "larger than a stated limit", "au-delà d’une limite fixée"},
    Phrase{"not_found", "not found", "introuvable"},
    Phrase{"io", "refused by the operating system", "refusé par le système d’exploitation"},
    Phrase{"unsupported", "valid, but not supported", "valide mais non pris en charge"},
    Phrase{"damaged", "damaged medium or block", "support ou bloc endommagé"},
    Phrase{"encrypted", "encrypted", "chiffré"},
    Phrase{"integrity", "a stored digest does not hold", "empreinte inscrite non vérifiée"},
    Phrase{"crashed", "its confined reader crashed", "arrêt anormal du lecteur confiné"},
    Phrase{"deadline", "took longer than allowed", "temps alloué dépassé"},
    Phrase{"memory", "needed more memory than allowed", "mémoire allouée dépassée"},
    Phrase{"refused", "its reader tried what is forbidden", "action interdite du lecteur"},
    Phrase{"bad_answer", "its reader gave no valid answer", "réponse invalide du lecteur"},
    Phrase{"truncated", "ends too early", "tronqué"},
    Phrase{"skipped", "left out by a stated rule", "omis selon une règle énoncée"},
    Phrase{"interrupted", "interrupted", "interrompu"},
    Phrase{"unavailable", "unavailable", "indisponible"},

    Phrase{"no list knows it", "no list knows it", "aucune liste ne la connaît"},
    Phrase{"camera data present", "camera data present", "données d’appareil photo"},
    Phrase{"place recorded", "place recorded", "lieu enregistré"},
    Phrase{"attached to messages", "attached to messages", "jointe à des messages"},
    Phrase{"several near-duplicates", "several near-duplicates", "plusieurs quasi-doublons"},
    Phrase{"seen in several exhibits", "seen in several exhibits", "vue dans plusieurs scellés"},
    Phrase{"seen only deleted", "seen only deleted", "vue seulement supprimée"},
    Phrase{"near-duplicate of known material", "near-duplicate of known material",
           "quasi-doublon d’un contenu connu"},
    Phrase{"small picture", "small picture", "petite image"},
    Phrase{"short video", "short video", "vidéo courte"},
    Phrase{"video that did not decode", "video that did not decode", "vidéo non décodée"},
    Phrase{"metadata", "metadata", "métadonnées"},
    Phrase{"decoder", "decoder", "décodeur"},
    Phrase{"duration", "duration", "durée"},
    Phrase{"video", "video", "vidéo"},
    Phrase{"videos", "videos", "vidéos"},
    Phrase{"pictures and videos", "pictures and videos", "images et vidéos"},
    Phrase{"lists of this case", "lists of this case", "listes du dossier"},
    Phrase{"EXIF", "EXIF", "EXIF"},
    Phrase{"file systems", "file systems", "systèmes de fichiers"},
    Phrase{"PDQ distance", "PDQ distance", "distance PDQ"},
    Phrase{"dimensions", "dimensions", "dimensions"},
    Phrase{"messages", "messages", "messages"},
    Phrase{"pictures", "pictures", "images"},
    Phrase{"exhibits", "exhibits", "scellés"},
};

} // namespace

std::span<const Phrase> phrases() noexcept {
    return kPhrases;
}

std::span<const Phrase> row_names() noexcept {
    return kRowNames;
}

} // namespace rempart::act
