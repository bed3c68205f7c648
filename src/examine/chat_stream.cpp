// SPDX-License-Identifier: Apache-2.0
// The parent's side of reading a chat export: the confined chat_reader, and what it may say.
#include <array>
#include <deque>
#include <optional>
#include <utility>

#include "examine/chat_protocol.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/examine/chat.hpp"
#include "rempart/sandbox/child.hpp"

namespace rempart::examine {
namespace {

class ConfinedChat final : public ChatStream {
  public:
    ConfinedChat(sandbox::Child child, std::uint64_t file_bytes)
        : child_(std::move(child)), order_(file_bytes) {}

    Result<ChatEvent> next() override {
        while (ready_.empty()) {
            if (failed_) {
                return fail(*failed_);
            }
            if (ended_) {
                return fail(Errc::invalid_argument, "the export has been told to its end");
            }
            receive();
        }
        ChatEvent event = std::move(ready_.front());
        ready_.pop_front();
        return event;
    }

  private:
    // What precedes a fault in an answer was valid and is told; then the error.
    void receive() {
        const auto answer = child_.receive();
        if (!answer) {
            failed_ = answer.error();
            return;
        }
        auto records = decode_chat_answer(*answer);
        if (!records) {
            give_up(records.error());
            return;
        }
        for (ChatRecord& record : *records) {
            if (auto sound = order_.accept(record); !sound) {
                give_up(sound.error());
                return;
            }
            if (auto* event = std::get_if<ChatEvent>(&record)) {
                ended_ = std::holds_alternative<ChatEnd>(*event);
                ready_.push_back(std::move(*event));
            } else if (auto* error = std::get_if<Error>(&record)) {
                give_up(std::move(*error));
            }
        }
    }

    void give_up(Error why) {
        failed_ = std::move(why);
        child_.stop();
    }

    sandbox::Child child_;
    ChatOrder order_;
    std::deque<ChatEvent> ready_;
    std::optional<Error> failed_;
    bool ended_ = false;
};

} // namespace

Result<std::unique_ptr<ChatStream>> open_chat(int descriptor, const ChatFormat& format,
                                              const ReaderConfig& config,
                                              const ChatLimits& limits) {
    const auto file_bytes = size_of(descriptor);
    if (!file_bytes) {
        return fail(file_bytes.error());
    }
    auto child = sandbox::Child::start(
        {.program = config.libexec_dir / "chat_reader", .arguments = {}, .limits = config.limits});
    if (!child) {
        return fail(child.error());
    }
    const Bytes request = encode_chat_request({.format = std::string(format.name),
                                               .limits = limits,
                                               .max_answer_bytes = config.limits.max_answer_bytes});
    const std::array descriptors{descriptor};
    if (auto sent = child->send(request, descriptors); !sent) {
        return fail(sent.error());
    }
    return std::make_unique<ConfinedChat>(std::move(*child), *file_bytes);
}

} // namespace rempart::examine
