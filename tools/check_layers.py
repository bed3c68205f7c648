#!/usr/bin/env python3
"""Every #include stays inside the module graph that CMakeLists.txt states.

Prints a line for each fault and exits 1 if there is any. Faults are: a module that names one not
above it; a folder of code that is no module; an include of a module that DEPENDS does not name, of
another module's private header, or, in a public header, of any private one or of a library that
is too slow to compile to be everywhere.
"""
import argparse
import re
import sys
from pathlib import Path

SLOW = ("spdlog/", "CLI/", "nlohmann/", "regex")


def stated_graph(cmake_text):
    """{module: the modules it names}, in the order of the file."""
    graph = {}
    for name, rest in re.findall(r"^rempart_module\((\w+)([^)]*)\)", cmake_text, re.M):
        named = re.search(r"\bDEPENDS\s+([\w\s]+?)\s*(?:\bLINK\b|\bROLES\b|\bSOURCES\b|$)", rest)
        graph[name] = named.group(1).split() if named else []
    return graph


def stated_roles(cmake_text):
    """{(module, role): the modules that the confined program may use}."""
    pattern = r"^rempart_role\((\w+)\s+MODULE\s+(\w+)\s+USES\s+([\w\s]+?)\s*(?:\bLINK\b|\))"
    return {(module, role): used.split() for role, module, used in re.findall(pattern, cmake_text, re.M)}


def graph_faults(graph):
    seen = set()
    for module, named in graph.items():
        yield from (f"{module} names {other}, which is not above it" for other in named if other not in seen)
        seen.add(module)


def folder_faults(root, graph):
    for parent in ("include/rempart", "src"):
        for entry in sorted((root / parent).iterdir()):
            if entry.name not in graph:
                yield f"{entry.relative_to(root)}: no module of CMakeLists.txt"


def include_fault(line, module, named, is_public):
    ours = re.match(r'\s*#\s*include "(rempart/)?([^/"]*)', line)
    if not ours:
        slow = re.match(r"\s*#\s*include <([^>]+)>", line)
        if is_public and slow and slow.group(1).startswith(SLOW):
            return f"<{slow.group(1)}> in a public header"
        return None
    exported, other = ours.groups()
    if exported:
        return None if other == module or other in named else f"{module} does not name {other}"
    if is_public:
        return "a private header in a public one"
    return None if other == module else f"a private header of {other}"


def include_faults(root, graph, roles):
    for module, named in graph.items():
        for parent in ("include/rempart", "src"):
            for file in sorted((root / parent / module).rglob("*.[ch]pp")):
                role = (module, file.relative_to(root / parent / module).parts[0])
                may_include = roles.get(role, named) if parent == "src" else named
                for number, line in enumerate(file.read_text().splitlines(), 1):
                    fault = include_fault(line, module, may_include, parent != "src")
                    if fault:
                        yield f"{file.relative_to(root)}:{number}: {fault}"


def faults(root):
    text = (root / "CMakeLists.txt").read_text()
    graph = stated_graph(text)
    if not graph:
        return ["CMakeLists.txt states no module"]
    return [*graph_faults(graph), *folder_faults(root, graph), *include_faults(root, graph, stated_roles(text))]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("root", metavar="ROOT", type=Path)
    found = faults(arguments.parse_args().root)
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
