// SPDX-License-Identifier: Apache-2.0
// The confined program list_reader: one list, one request, one stream of hashes.
#include <cstdlib>
#include <optional>

#include "recognise/list_reader/answer_sink.hpp"
#include "recognise/list_reader/list_input.hpp"
#include "recognise/list_reader/read_hash_list.hpp"
#include "recognise/list_reader/warm_up.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/recognise/list_wire.hpp"
#include "rempart/sandbox/confined.hpp"

namespace {

using namespace rempart;
using namespace rempart::recognise;

Result<HashListSummary> read_list(const sandbox::Received& request, AnswerSink& sink) {
    const auto job = decode_list_request(request.message);
    if (!job) {
        return fail(job.error());
    }
    if (request.descriptors.size() != 1) {
        return fail(Errc::invalid_argument, "a list is one descriptor");
    }
    const auto* const format = hash_list_format_named(job->format);
    if (format == nullptr && !job->format.empty()) {
        return fail(Errc::invalid_argument, "no such list format");
    }
    const int file = request.descriptors.front().get();
    const auto size = size_of(file);
    if (!size) {
        return fail(size.error());
    }
    FileInput input(file, *size, [&] { return sink.put_alive(); });
    return read_hash_list(input, format, job->options,
                          [&](ListedHash&& hash) { return sink.put(hash); });
}

} // namespace

int main() {
    if (!warm_up_list_reader()) {
        return EXIT_FAILURE;
    }
    auto channel = sandbox::enter_confinement();
    if (!channel) {
        return EXIT_FAILURE;
    }
    const auto received = channel->receive();
    if (!received) {
        return EXIT_FAILURE;
    }
    const std::optional<sandbox::Received>& request = *received;
    AnswerSink sink(*channel);
    return !request || sink.end(read_list(*request, sink)) ? EXIT_SUCCESS : EXIT_FAILURE;
}
