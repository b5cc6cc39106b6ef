// The chat of the AI SDK against POST /chat: what `useChat` is made of, without a page around it.
// Jobs: ai4, ai5.0, ai5, ai6, ai7 (the generations that users have; 5.0 is the strictest).
//
//   in:  {"path", "body", "headers", "chatId", "history": [...], "send": [message, ...], "resume": bool,
//         "toolResults": {"<tool>": value}}
//   out: the outcome's `messages` are the chat's own, `errors` what its user would see
//
// A message that is sent is of the generation's own kind. A call of a tool that stands in
// `toolResults` is answered, and the chat goes on by itself, as it does on a page. A chat that resumes
// reads on what the server is still saying in the chat of that id, as a page does that was loaded anew.
import { callChatApi, extractMaxToolInvocationStep, fillMessageParts } from "@ai-sdk/ui-utils";
import { serve } from "./session.mjs";

const GENERATIONS = { "ai5.0": "ai5.0", ai5: "ai5", ai6: "ai6", ai7: "ai" };

// The state that a page would keep in React, and the least of it that the chat asks for.
class State {
  messages = [];
  status = "ready";
  error = undefined;
  pushMessage = (message) => (this.messages = [...this.messages, message]);
  popMessage = () => (this.messages = this.messages.slice(0, -1));
  replaceMessage = (index, message) => (this.messages = this.messages.with(index, structuredClone(message)));
  snapshot = (value) => structuredClone(value);
}

const withIds = (messages = []) => messages.map((each, index) => ({ id: `earlier-${index}`, ...each }));

async function converse(job, { outcome, signal, progress }) {
  const sdk = await import(GENERATIONS[job.do]);
  const errors = [];
  const state = new State();
  state.messages = withIds(job.history);
  class Chat extends sdk.AbstractChat {}
  const chat = new Chat({
    id: job.chatId,
    state,
    transport: new sdk.DefaultChatTransport({ api: job.baseURL + job.path, body: job.body, headers: job.headers }),
    onError: (error) => errors.push(String(error.message)),
    sendAutomaticallyWhen: sdk.lastAssistantMessageIsCompleteWithToolCalls,
    onToolCall({ toolCall }) {
      const output = job.toolResults?.[toolCall.toolName];
      if (output === undefined) return;
      // Not awaited: the chat takes results only once it has read the stream that asks for them.
      chat.addToolResult({ tool: toolCall.toolName, toolCallId: toolCall.toolCallId, output });
    },
  });
  const stop = () => chat.stop();
  signal.addEventListener("abort", stop);
  const watch = setInterval(() => state.messages.some((each) => each.role === "assistant") && progress(), 5);
  const settled = async () => {
    while (state.status !== "ready" && state.status !== "error") await new Promise(setImmediate);
  };
  try {
    // Where nothing runs, some generations leave the chat as `submitted`; the promise tells all the same.
    if (job.resume) await chat.resumeStream();
    for (const message of job.send ?? []) await chat.sendMessage(message).then(settled);
  } finally {
    clearInterval(watch);
  }
  Object.assign(outcome, { messages: state.messages, errors, status: state.status });
}

// What useChat of the fourth generation does around callChatApi: the history goes with every request,
// and results of tools that the page ran begin the next one.
async function converseAsFour(job, { outcome, signal, progress }) {
  let messages = withIds(job.history);
  const errors = [];
  const finishes = [];
  const data = [];
  const ask = async (requestType = "generate") => {
    const last = messages.at(-1);
    await callChatApi({
      api: job.baseURL + job.path,
      requestType,
      headers: job.headers,
      body: { id: job.chatId ?? "chat-1", messages, ...job.body },
      streamProtocol: "data",
      abortController: () => ({ signal }),
      restoreMessagesOnFailure() {},
      onUpdate({ message, data: pieces, replaceLastMessage }) {
        progress();
        messages = [...(replaceLastMessage ? messages.slice(0, -1) : messages.filter((each) => each.id !== message.id)), message];
        data.splice(0, data.length, ...(pieces ?? []));
      },
      onFinish: (_, details) => finishes.push(details),
      onToolCall: ({ toolCall }) => job.toolResults?.[toolCall.toolName],
      generateId: () => `local-${messages.length}`,
      lastMessage: last,
    });
  };
  const pending = () => {
    const calls = messages.at(-1)?.toolInvocations ?? [];
    return calls.length > 0 && calls.every((call) => "result" in call);
  };
  try {
    if (job.resume) await ask("resume");
    for (const message of job.send ?? []) {
      messages = fillMessageParts([...messages, { id: `user-${messages.length}`, createdAt: new Date(), ...message }]);
      await ask();
      const step = () => extractMaxToolInvocationStep(messages.at(-1)?.toolInvocations);
      for (let before = -1; pending() && step() !== before; before = step()) {
        if (messages.at(-1).parts.at(-1).type === "text") break;
        await ask();
      }
    }
  } catch (error) {
    errors.push(String(error.message));
  }
  Object.assign(outcome, { messages, errors, finishes, data });
}

serve(async (job, context) => {
  if (job.do === "ai4") await converseAsFour(job, context);
  else if (job.do in GENERATIONS) await converse(job, context);
  else throw new Error(`no such job: ${job.do}`);
});
