import { defineConnectionRequest } from "./define-connection-request.ts";

const both = defineConnectionRequest({
  verb: "test",
  kind: "test-connection",
  action: "connection.test_requested",
});

/** Asks a keeper to test a connection, step by step. The test has the operation's id. */
export const testConnection = both.ofTenant;
/** The same of the platform. */
export const testPlatformConnection = both.ofPlatform;
