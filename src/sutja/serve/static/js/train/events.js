// What the server says while it trains: server-sent events, with the token that the requests carry.

import { ask } from "../api.js";

const AGAIN = 1500; // ms until a server that does not answer is asked again

/**
 * Follow the training until it is no longer wanted.
 * @param {(message: any) => void} take
 * @param {AbortSignal} signal
 */
export async function follow(take, signal) {
  let last = "";
  while (!signal.aborted) {
    try {
      const response = await ask(`page/train/events?after=${last}`, { signal });
      for await (const block of readBlocks(/** @type {ReadableStream<Uint8Array>} */ (response.body))) {
        const fields = Object.fromEntries(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
        if (!fields.data) continue;
        last = fields.id;
        take(JSON.parse(fields.data));
      }
    } catch {
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
  }
}

/** @param {ReadableStream<Uint8Array>} stream */
async function* readBlocks(stream) {
  const reader = stream.pipeThrough(/** @type {any} */ (new TextDecoderStream())).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    yield* blocks;
  }
}
