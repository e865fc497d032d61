"use client";

import type { Route } from "next";
import {
  createPlatformConnectionAction,
  removePlatformConnectionAction,
  rotatePlatformCmkAction,
  setPlatformSecretAction,
  testPlatformConnectionAction,
} from "../../../settings/connections/actions.ts";
import {
  createConnectionAction,
  removeConnectionAction,
  rotateCmkAction,
  setSecretAction,
  testConnectionAction,
} from "./actions.ts";

const OF_TENANT = {
  create: createConnectionAction,
  test: testConnectionAction,
  setSecret: setSecretAction,
  rotate: rotateCmkAction,
  remove: removeConnectionAction,
};

const OF_PLATFORM: typeof OF_TENANT = {
  create: createPlatformConnectionAction,
  test: testPlatformConnectionAction,
  setSecret: setPlatformSecretAction,
  rotate: rotatePlatformCmkAction,
  remove: removePlatformConnectionAction,
};

/** Where the connections of an owner are, and what is done to them: a tenant's, or with `null` the platform's. */
export const placeOf = (tenant: string | null) =>
  tenant === null
    ? { owner: {}, page: "/settings/connections" as Route, api: "/api/connections", act: OF_PLATFORM }
    : {
        owner: { tenant },
        page: `/t/${tenant}/connections` as Route,
        api: `/api/tenants/${tenant}/connections`,
        act: OF_TENANT,
      };
