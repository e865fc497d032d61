import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { DomainError } from "#lib/domain/errors.ts";
import { errorBody } from "./error-body.ts";
import { newRequestId } from "./request-id.ts";

const toAnswer = (code: string | undefined): DomainError =>
  code === "HPE_HEADER_OVERFLOW"
    ? new DomainError("TOO_LARGE", "The request's path and headers have at most 16 KiB.")
    : new DomainError("INVALID_INPUT", "The request is not HTTP, or did not come whole in time.");

/** Answers what is not even a request, in the form of every other refusal, and hangs up. */
export const answerBrokenConnection = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const answer = toAnswer(error.code);
  const id = newRequestId();
  const body = JSON.stringify(errorBody(answer, id));
  const head = [
    `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}`,
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${id}`,
    "cache-control: no-store",
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
};
