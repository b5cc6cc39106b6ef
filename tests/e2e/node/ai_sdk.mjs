// The Vercel AI SDK (`ai`) with `@ai-sdk/openai`. Jobs: generate (whole) and stream.
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, jsonSchema, streamText, tool } from "ai";
import { describeError, serve } from "./session.mjs";

// The library warns on the console about models that it does not know; standard output is ours.
globalThis.AI_SDK_LOG_WARNINGS = false;

function toolsOf(job) {
  const named = (job.tools ?? []).map((each) => each.function ?? each).filter((each) => each.name);
  if (named.length === 0) return undefined;
  const schema = (each) => jsonSchema(each.parameters ?? { type: "object", properties: {} });
  return Object.fromEntries(
    named.map((each) => [each.name, tool({ description: each.description, inputSchema: schema(each) })]),
  );
}

function usageOf(usage) {
  return { input: usage?.inputTokens ?? null, output: usage?.outputTokens ?? null, total: usage?.totalTokens ?? null };
}

function addToolCall(outcome, call) {
  outcome.toolCalls.push({ id: call.toolCallId, name: call.toolName, arguments: call.input, invalid: call.invalid ?? false });
}

async function generate(settings, outcome) {
  const answer = await generateText(settings);
  outcome.text = answer.text;
  outcome.reasoning = answer.reasoningText ?? "";
  for (const call of answer.toolCalls) addToolCall(outcome, call);
  outcome.finish.push(answer.finishReason);
  outcome.usage = usageOf(answer.usage);
}

async function stream(settings, { outcome, signal, progress }) {
  const answer = streamText({ ...settings, onError() {} });
  for await (const part of answer.fullStream) {
    if (part.type === "text-delta") {
      progress();
      outcome.text += part.text;
    } else if (part.type === "reasoning-delta") outcome.reasoning += part.text;
    else if (part.type === "tool-call") addToolCall(outcome, part);
    else if (part.type === "finish") {
      outcome.finish.push(part.finishReason);
      outcome.usage = usageOf(part.totalUsage);
    } else if (part.type === "error") outcome.error ??= describeError(part.error);
    else if (part.type === "abort") outcome.aborted = true;
  }
  outcome.aborted ??= signal.aborted;
}

serve(async (job, context) => {
  const provider = createOpenAI({ baseURL: job.baseURL, apiKey: job.apiKey });
  const settings = {
    model: provider.chat(job.model),
    prompt: job.prompt,
    tools: toolsOf(job),
    maxRetries: job.maxRetries ?? 0,
    abortSignal: context.signal,
    providerOptions: job.providerOptions,
  };
  if (job.do === "generate") await generate(settings, context.outcome);
  else if (job.do === "stream") await stream(settings, context);
  else throw new Error(`no such job: ${job.do}`);
});
