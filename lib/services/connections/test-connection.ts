import { defineConnectionRequest } from "./define-connection-request.ts";

/** Asks a keeper to test a connection, step by step. The test has the operation's id. */
export const testConnection = defineConnectionRequest({
  permission: "connection:test",
  kind: "test-connection",
  action: "connection.test_requested",
});
