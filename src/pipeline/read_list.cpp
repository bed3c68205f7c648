// SPDX-License-Identifier: Apache-2.0
#include "rempart/pipeline/read_list.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "rempart/core/fd.hpp"
#include "rempart/recognise/list_wire.hpp"
#include "rempart/sandbox/child.hpp"

namespace rempart::pipeline {

Result<ListRead> read_list(int descriptor, const recognise::HashListFormat* format,
                           const recognise::HashListOptions& options,
                           const ListReaderConfig& config,
                           const std::function<Result<void>(recognise::ListedHash&&)>& take) {
    const auto file_bytes = size_of(descriptor);
    if (!file_bytes) {
        return fail(file_bytes.error());
    }
    auto child = sandbox::Child::start(
        {.program = config.program, .arguments = {}, .limits = config.limits});
    if (!child) {
        return fail(child.error());
    }
    const std::string name = format == nullptr ? "" : std::string(format->name);
    const std::array descriptors{descriptor};
    if (auto sent = child->send(
            recognise::encode_list_request({.format = name, .options = options}), descriptors);
        !sent) {
        return fail(sent.error());
    }
    recognise::ListAnswers answers(*file_bytes, name, options);
    for (;;) {
        const auto answer = child->receive();
        if (!answer) {
            return fail(answer.error());
        }
        auto accepted = answers.accept(*answer, take);
        if (!accepted) {
            return fail(accepted.error());
        }
        if (std::optional<recognise::HashListSummary>& summary = *accepted; summary) {
            return ListRead{std::move(*summary), child->confinement()};
        }
    }
}

} // namespace rempart::pipeline
