// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A reader that tells a made-up medium and does harm at the places that a script names.

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "examine/item_stream_writer.hpp"

namespace rempart::examine {

/// What the reader does at one place: "crash item 5", "hang step 2"…; several are separated by ';'.
struct Fault {
    std::string act;   ///< crash, hang, memory, lie_ordinal, lie_slot, garbage, exit, fail.
    std::string where; ///< "item": in its content, after half of it; "step": at its beginning.
    std::uint64_t number = 0;
};

inline std::vector<Fault> parse_script(std::string_view script) {
    std::vector<Fault> faults;
    while (!script.empty()) {
        const std::string_view line = script.substr(0, script.find(';'));
        script.remove_prefix(std::min(script.size(), line.size() + 1));
        const std::size_t first = line.find(' ');
        const std::size_t second = line.find(' ', first + 1);
        Fault fault{std::string(line.substr(0, first)),
                    std::string(line.substr(first + 1, second - first - 1)), 0};
        std::from_chars(line.data() + second + 1, line.data() + line.size(), fault.number);
        faults.push_back(fault);
    }
    return faults;
}

inline constexpr std::uint64_t kDirectories = 10;
inline constexpr std::uint64_t kFilesEach = 10;
inline constexpr std::uint64_t kItems = kDirectories * kFilesEach;

/// The size of item i: small ones that share slots, none, and some of several slots.
inline std::size_t size_of_item(std::uint64_t i) {
    return i % 10 == 3 ? 0 : i % 50 == 7 ? (std::size_t{5} << 18) + i : 1000 + 37 * i;
}
inline std::byte byte_of_item(std::uint64_t i, std::size_t at) {
    return static_cast<std::byte>(i * 31 + at * 7 + at / 4096);
}

[[noreturn]] inline void hang() {
    for (;;) {
        ::usleep(1000);
    }
}

inline Result<void> misbehave(const Fault& fault, ItemStreamWriter& writer) {
    if (fault.act == "crash") {
        std::abort();
    }
    if (fault.act == "hang") {
        hang();
    }
    if (fault.act == "exit") {
        ::_exit(0);
    }
    if (fault.act == "memory") {
        std::vector<Bytes> hoard;
        for (;;) {
            hoard.emplace_back(std::size_t{64} << 20, std::byte{1});
        }
    }
    if (fault.act == "refused") {
        [[maybe_unused]] const int pid = ::fork();
    }
    if (fault.act == "lie") { // a digest that is none: refused by the parent
        return writer.finish({.stored_md5 = "no digest", .stored_sha1 = ""});
    }
    return fail(Errc::malformed, "the reader gives up in good order");
}

inline Result<void> write_item(const std::vector<Fault>& faults, std::uint64_t i,
                               ItemStreamWriter& writer) {
    ItemHead head;
    head.path = "dir" + std::to_string(i / kFilesEach) + "/file" + std::to_string(i);
    head.size_bytes = size_of_item(i);
    const Result<bool> begun = writer.begin(head);
    if (!begun || !*begun) {
        return begun ? Result<void>{} : fail(begun.error());
    }
    const auto fault = std::ranges::find_if(
        faults, [&](const Fault& f) { return f.where == "item" && f.number == i; });
    for (std::size_t done = 0; done < head.size_bytes;) {
        if (fault != faults.end() && done >= head.size_bytes / 2) {
            if (Result<void> acted = misbehave(*fault, writer); !acted) {
                return acted;
            }
        }
        Result<std::span<std::byte>> room = writer.room();
        if (!room) {
            return fail(room.error());
        }
        const std::size_t size = std::min(
            {room->size(), head.size_bytes - done, std::max<std::size_t>(1, head.size_bytes / 2)});
        for (std::size_t at = 0; at < size; ++at) {
            (*room)[at] = byte_of_item(i, done + at);
        }
        if (Result<void> wrote = writer.wrote(size); !wrote) {
            return wrote;
        }
        done += size;
    }
    if (fault != faults.end() && head.size_bytes == 0) {
        if (Result<void> acted = misbehave(*fault, writer); !acted) {
            return acted;
        }
    }
    return writer.end({});
}

inline Result<void> walk_script(ByteView body, std::vector<UniqueFd> descriptors,
                                ItemStreamWriter& writer) {
    const std::vector<Fault> faults = parse_script(chars_of(body));
    if (!descriptors.empty()) { // a test of many descriptors: one item that says how many
        ItemHead head;
        head.path = std::to_string(descriptors.size());
        Result<void> told = writer.tell(head);
        return told ? writer.finish({}) : told;
    }
    for (std::uint64_t d = 0; d < kDirectories; ++d) {
        const std::optional<Error> deadly = writer.step();
        const bool is_stubborn = std::ranges::any_of(
            faults, [&](const Fault& f) { return f.act == "stubborn" && f.number == d; });
        if (is_stubborn) {
            std::abort();
        }
        if (deadly) {
            ItemHead head;
            head.path = "dir" + std::to_string(d);
            head.kind = ItemKind::problem;
            head.error = *deadly;
            if (Result<void> told = writer.tell(head); !told) {
                return told;
            }
            continue;
        }
        for (const Fault& fault : faults) {
            const bool here = fault.where == "step" && fault.number == d;
            if (Result<void> acted = here ? misbehave(fault, writer) : Result<void>{}; !acted) {
                return acted;
            }
        }
        for (std::uint64_t f = 0; f < kFilesEach; ++f) {
            const std::uint64_t i = d * kFilesEach + f;
            if (Result<void> written = write_item(faults, i, writer); !written) {
                return written;
            }
            for (const Fault& fault : faults) {
                const bool here = fault.where == "after" && fault.number == i;
                if (Result<void> acted = here ? misbehave(fault, writer) : Result<void>{}; !acted) {
                    return acted;
                }
            }
        }
        if (Result<void> told = writer.volume({.offset_bytes = d,
                                               .size_bytes = 1,
                                               .label = "dir",
                                               .file_system = "",
                                               .items = writer.items(),
                                               .error = {}});
            !told) {
            return told;
        }
    }
    return writer.finish({});
}

} // namespace rempart::examine
