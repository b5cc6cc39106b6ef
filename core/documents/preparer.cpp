#include "core/documents/preparer.hpp"

#include <memory>
#include <utility>

#include "core/documents/table_chunks.hpp"

namespace patchbay::documents {
namespace {

Result<std::string> text_of(const Preparer::Order& order) {
  if (!order.program) return extract_text(kind_of(order.media_type), order.bytes);
  auto text = text_of_output(order.bytes);
  if (text && text->size() > order.program->text_bytes_max) {
    return make_error(ErrorCode::kTooLarge,
                      "its text is longer than " + std::to_string(order.program->text_bytes_max) +
                          " bytes (files.max_bytes)");
  }
  return text;
}

Result<Preparer::Chunks> chunks_of_file(const Preparer::Order& order) {
  const auto text = text_of(order);
  if (!text) return text.error();
  if (is_table(order.media_type)) return table_chunks_of(*text, order.rules, order.encoding);
  Preparer::Chunks chunks;
  for (const std::string_view chunk : chunks_of(*text, order.rules, order.encoding))
    chunks.emplace_back(chunk);
  return chunks;
}

}  // namespace

void Preparer::close() {
  closing_.set();
  programs_.close();
  cutting_.close();
}

void Preparer::prepare(Order order, Then then) {
  auto task = std::make_shared<Task>(Task{std::move(order), std::move(then)});
  if (task->order.program) return programs_.add([this, task] { run_program_of(task); });
  cutting_.add([task] { task->then(chunks_of_file(task->order)); });
}

void Preparer::run_program_of(const std::shared_ptr<Task>& task) {
  const Program& program = *task->order.program;
  auto output = run_program(program.command, task->order.bytes, program.bounds, closing_);
  if (!output && output.error().code == ErrorCode::kCancelled) return;
  if (!output) return task->then(output.error());
  task->order.bytes = *std::move(output);
  cutting_.add([task] { task->then(chunks_of_file(task->order)); });
}

}  // namespace patchbay::documents
