// Loaded into the console before its own code: a path that is not well encoded makes Next answer with a bare 500. It is
// asked for as what it is, an address that names nothing, so that the console's own 404 page says so.
import { Server } from "node:http";

const NOWHERE = "/not-an-address";

const isWellEncoded = (path: string): boolean => {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
};

const emit = Server.prototype.emit;
Server.prototype.emit = function (this: Server, event: string | symbol, ...args: unknown[]): boolean {
  const [request] = args as [{ url?: string } | undefined];
  if (event === "request" && request?.url && !isWellEncoded(request.url.split("?")[0] ?? ""))
    request.url = NOWHERE;
  return Reflect.apply(emit, this, [event, ...args]) as boolean;
};
