// SPDX-License-Identifier: Apache-2.0
// Workload: one Telegram export of 73,000 messages (53 MB, as the exporter writes them), held in
// memory, read through open_chat: confined reader, wire and checks included.
#include <cstdlib>
#include <string>

#include <benchmark/benchmark.h>

#include "rempart/core/fd.hpp"
#include "rempart/examine/chat.hpp"

namespace {

using namespace rempart;

constexpr int kMessages = 73'000;

std::string export_text() {
    std::string text = "{\n \"name\": \"Garden club\",\n \"type\": \"private_supergroup\",\n"
                       " \"id\": 1444555666,\n \"messages\": [";
    for (int id = 1; id <= kMessages; ++id) {
        const std::string number = std::to_string(id);
        const std::string unix_time = std::to_string(1'651'392'000 + id * 60);
        const std::string body = "Bonjour " + number + ", qui arrose les tomates \\u00e0 midi ? " +
                                 std::string(static_cast<std::size_t>(id % 200), 'o') +
                                 (id % 500 == 0 ? "\\x0C" : "");
        text += id == 1 ? "\n" : ",\n";
        text +=
            "  {\n   \"id\": " + number +
            ",\n   \"type\": \"message\",\n   \"date\": \"2022-05-01T10:00:00\",\n"
            "   \"date_unixtime\": \"" +
            unix_time + "\",\n   \"from\": \"Member " + std::to_string(id % 97) +
            "\",\n   \"from_id\": \"user" + std::to_string(700'100'000 + id % 97) +
            "\",\n   \"photo\": \"photos/photo_" + number +
            "@01-05-2022_10-00-00.jpg\",\n   \"photo_file_size\": 120000,\n"
            "   \"width\": 1280,\n   \"height\": 960,\n   \"text\": \"" +
            body +
            "\",\n   \"text_entities\": [\n    {\n     \"type\": \"plain\",\n     \"text\": \"" +
            body + "\"\n    }\n   ]\n  }";
    }
    return text + "\n ]\n}\n";
}

void ReadTelegramExport(benchmark::State& state) {
    const std::string text = export_text();
    const auto file = make_memory_file("bench");
    if (!file || !write_all(file->get(), bytes_of(text))) {
        state.SkipWithError("no memory file");
        return;
    }
    const examine::ChatFormat& format = examine::chat_formats().front();
    for (auto _ : state) {
        auto stream = examine::open_chat(file->get(), format,
                                         {.libexec_dir = REMPART_LIBEXEC_DIR, .limits = {}}, {});
        std::uint64_t parsed = 0;
        while (stream) {
            const auto event = (*stream)->next();
            if (!event) {
                break;
            }
            if (const auto* end = std::get_if<examine::ChatEnd>(&*event)) {
                parsed = end->parsed;
                break;
            }
        }
        if (parsed != kMessages) {
            state.SkipWithError("not all messages were read");
            return;
        }
    }
    state.SetItemsProcessed(state.iterations() * kMessages);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(ReadTelegramExport)->Unit(benchmark::kMillisecond)->UseRealTime();

} // namespace
