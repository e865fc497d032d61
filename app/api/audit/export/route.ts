import { exportEvents } from "#lib/services/audit/export-events.ts";
import { withPerson } from "#lib/web/route.ts";

/** The query's events as JSON lines, streamed: memory stays flat however long the log is. */
export const GET = (request: Request): Promise<Response> =>
  withPerson(async (ctx) => {
    const lines = await exportEvents(ctx, Object.fromEntries(new URL(request.url).searchParams));
    const iterator = lines[Symbol.asyncIterator]();
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      cancel: async () => {
        await iterator.return?.();
      },
    });
    const name = `keyfold-audit-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}Z.jsonl`;
    return new Response(body, {
      headers: {
        "content-type": "application/jsonl; charset=utf-8",
        "content-disposition": `attachment; filename="${name}"`,
        "cache-control": "private, no-store",
      },
    });
  });
