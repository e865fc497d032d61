import { Socket } from "node:net";
import type { Sql } from "postgres";

const CLOSE_AFTER_MS = 10;

const closed = (): Error =>
  Object.assign(new Error("The database closed the connection."), { code: "CONNECTION_CLOSED" });

/**
 * A socket that says that it is closed a little later than it is, and says so as an error first. postgres.js 3.4 keeps
 * what it is about to write in a timer: when the connection ends before, the timer ends the process, or its slot of the
 * pool never writes again (porsager/postgres#1208). What is written meanwhile goes nowhere, and no harm is done. Without
 * the error a connection that ends politely in the middle of its start-up is begun anew for ever, and whoever waits for
 * it is never told.
 */
const patientSocket = (): Socket => {
  const socket = new Socket();
  const emit = socket.emit.bind(socket);
  socket.emit = (name: string | symbol, ...args: unknown[]): boolean => {
    if (name !== "close") return emit(name as "error", ...(args as [Error]));
    setTimeout(() => {
      emit("error", closed());
      emit("close", false);
    }, CLOSE_AFTER_MS);
    return true;
  };
  return socket;
};

type Place = {
  host: readonly string[];
  port: readonly number[];
  path?: unknown;
  ssl?: unknown;
  socket?: unknown;
};

/** Gives a pool sockets that bear a connection's end at any instant. */
export const usePatientSockets = (sql: Sql): void => {
  const options = sql.options as unknown as Place;
  const { host, port, path, ssl } = options;
  // Of several hosts, of TLS and of socket files postgres.js takes care itself.
  if (ssl || path || host.length !== 1) return;
  options.socket = () => {
    const socket = patientSocket();
    socket.connect(port[0] ?? 5432, host[0] ?? "localhost");
    return socket;
  };
};
