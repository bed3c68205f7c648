// SPDX-License-Identifier: Apache-2.0
// The confined program chat_reader: one export, one request, one stream of records.
#include <cstdlib>
#include <optional>
#include <string_view>

#include "examine/chat_protocol.hpp"
#include "examine/chat_reader/batch_sink.hpp"
#include "examine/chat_reader/json_document.hpp"
#include "examine/chat_reader/readers.hpp"
#include "rempart/sandbox/confined.hpp"

namespace {

using namespace rempart;
using namespace rempart::examine;

Result<void> answer(sandbox::Channel& channel, const sandbox::Received& request) {
    const auto job = decode_chat_request(request.message);
    if (!job) {
        return fail(job.error());
    }
    const auto* const reader = chat_reader::find_reader(job->format);
    if (reader == nullptr || request.descriptors.size() != 1) {
        return fail(Errc::invalid_argument, "no such format, or not one descriptor");
    }
    chat_reader::BatchSink sink(channel, job->max_answer_bytes);
    const auto read = reader->read({.descriptor = request.descriptors.front().get(),
                                    .limits = job->limits,
                                    .alive = [&] { return sink.put_alive(); }},
                                   sink);
    return read ? sink.flush() : sink.put_failure(read.error());
}

// The parser chooses its instructions at its first use; done before the confinement.
void warm_up() {
    chat_reader::JsonDocument document(ChatLimits{}.max_depth);
    (void)document.parse("{}");
}

} // namespace

int main() {
    warm_up();
    auto channel = sandbox::enter_confinement();
    if (!channel) {
        return EXIT_FAILURE;
    }
    const auto received = channel->receive();
    if (!received) {
        return EXIT_FAILURE;
    }
    const std::optional<sandbox::Received>& request = *received;
    return !request || answer(*channel, *request) ? EXIT_SUCCESS : EXIT_FAILURE;
}
