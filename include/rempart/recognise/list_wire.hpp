// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The messages between the main program and its confined list_reader.
///
///     request := format, options                          with the list's descriptor, once
///     answer  := hashes | alive | summary | failure       many; the last is one of the latter two
///     hashes  := record+
///     record  := head, [entry step], [label], [category], the bytes of the hash, [from, duration]
///
/// A record of 100 million costs 18 to 34 bytes: its head says what it has in common with the one
/// before. Integers inside records are LEB128. The child is not trusted: ListAnswers checks every
/// length, kind, text and number, and the sense of the whole.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/hash_list.hpp"

namespace rempart::recognise {

struct ListReadRequest {
    std::string format; ///< A name of hash_list_formats(), or "": the one that claims it.
    HashListOptions options;
};

[[nodiscard]] Bytes encode_list_request(const ListReadRequest& request);
/// \return `bad_answer`.
[[nodiscard]] Result<ListReadRequest> decode_list_request(ByteView message);

/// The child reads on, though it has nothing to tell: once for each so many bytes that it read.
inline constexpr std::uint64_t kAliveBytes = std::uint64_t{64} << 20;

[[nodiscard]] Bytes encode_alive();
[[nodiscard]] Bytes encode_summary(const HashListSummary& summary);
[[nodiscard]] Bytes encode_failure(const Error& why);

/// Gathers hashes into one answer.
class HashBatch {
  public:
    void add(const ListedHash& hash);
    [[nodiscard]] bool empty() const { return message_.empty(); }
    [[nodiscard]] const Bytes& message() const { return message_; }
    void clear() { message_.clear(); }
    /// More than the record of any hash takes.
    static constexpr std::size_t kMaxRecordBytes = 2 * kMaxListTextBytes + 64;

  private:
    void number(std::uint64_t value);
    void text(std::string_view value);

    Bytes message_;
    ListedHash last_; ///< What the record before had.
};

/// Takes the answers of a child that is not trusted. Of them it demands: what no list of
/// `file_bytes` could give is not there (a hash takes 16 bytes, a label comes from the file); the
/// entries do not fall; texts are valid and short; no hash stands for an empty file or no picture;
/// the counts of the summary are those of what came; nothing comes after the end, and it comes.
class ListAnswers {
  public:
    ListAnswers(std::uint64_t file_bytes, std::string format, const HashListOptions& options)
        : file_bytes_(file_bytes), format_(std::move(format)), options_(options) {}

    /// The summary, once it is there. \return `bad_answer`; the child's own error; what `take`
    /// says.
    [[nodiscard]] Result<std::optional<HashListSummary>>
    accept(ByteView message, const std::function<Result<void>(ListedHash&&)>& take);

  private:
    [[nodiscard]] Result<void> accept_hashes(ByteView rest,
                                             const std::function<Result<void>(ListedHash&&)>& take);
    [[nodiscard]] Result<std::optional<HashListSummary>> accept_summary(ByteView body);
    [[nodiscard]] bool is_sound(const HashListSummary& summary) const;

    std::uint64_t file_bytes_;
    std::string format_; ///< That was asked for, or "".
    HashListOptions options_;
    ListedHash last_;
    std::uint64_t hashes_ = 0, alive_ = 0, received_bytes_ = 0;
    bool ended_ = false;
};

} // namespace rempart::recognise
