import { exportFailures } from "#lib/services/rewrap/export-failures.ts";
import { withPerson } from "#lib/web/route.ts";

/** A job's failures as a file of JSON lines. */
export const GET = async (
  request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> => {
  const { id } = await params;
  const { tenant, after } = Object.fromEntries(new URL(request.url).searchParams);
  return withPerson(async (ctx) => {
    const { result } = await exportFailures(ctx, { tenant, after, job: id });
    return new Response(result.lines, {
      headers: {
        "content-type": "application/jsonl; charset=utf-8",
        "content-disposition": `attachment; filename="keyfold-failures-${id}.jsonl"`,
        "cache-control": "private, no-store",
      },
    });
  });
};
