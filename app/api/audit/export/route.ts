import { exportEvents } from "#lib/services/audit/export-events.ts";
import { withPerson } from "#lib/web/route.ts";

const CONTENT_TYPES = { jsonl: "application/jsonl", csv: "text/csv" } as const;

/** The query's events, streamed: memory stays flat however long the log is. */
export const GET = (request: Request): Promise<Response> =>
  withPerson(async (ctx) => {
    const { q, ...fields } = Object.fromEntries(new URL(request.url).searchParams);
    const { bytes, format, count } = await exportEvents(ctx, { query: q, ...fields });
    const iterator = bytes[Symbol.asyncIterator]();
    const body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => {
        await iterator.return?.();
      },
    });
    const name = `keyfold-audit-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}Z.${format}`;
    return new Response(body, {
      headers: {
        "content-type": `${CONTENT_TYPES[format]}; charset=utf-8`,
        "content-disposition": `attachment; filename="${name}"`,
        "cache-control": "private, no-store",
        "x-keyfold-rows": String(count),
      },
    });
  });
