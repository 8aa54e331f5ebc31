// A gateway's first hour against a running stack: enrol, hold too much, hold nothing twice.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";

import { EnrolChannel, MemberService } from "../gen/danke/loyalty/v1/member_pb.js";
import { PointsService, PointsSource } from "../gen/danke/loyalty/v1/points_pb.js";
import { PaymentService } from "../gen/danke/wallet/v1/payment_pb.js";
import { reasonOf } from "./reason.js";

function required(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: make test-ts sets it`);
  return value;
}

const bearer: Interceptor = (next) => (request) => {
  request.header.set("authorization", `Bearer ${required("DANKE_TOKEN")}`);
  return next(request);
};

function transport(service: string) {
  const address = required(`DANKE_${service}`);
  return createGrpcTransport({ baseUrl: `http://${address}`, interceptors: [bearer] });
}

const members = createClient(MemberService, transport("LOYALTY"));
const points = createClient(PointsService, transport("LOYALTY"));
const payments = createClient(PaymentService, transport("WALLET"));

async function enrolled(): Promise<string> {
  const phone = `139${Math.floor(Math.random() * 1e8).toString().padStart(8, "0")}`;
  const answer = await members.enroll({
    requestId: randomUUID(),
    identities: { phone },
    channel: EnrolChannel.MINI,
  });
  assert.ok(answer.member);
  return answer.member.memberId;
}

test("a repeated request answers the same, and money and points are bigint", async () => {
  const memberId = await enrolled();
  const request = {
    requestId: randomUUID(),
    memberId,
    source: PointsSource.MANUAL,
    sourceId: randomUUID(),
    points: 300n,
  };
  const first = await points.earnPoints(request);
  assert.deepEqual(await points.earnPoints(request), first);
  const held = await points.getPoints({ memberId });
  assert.equal(held.balances?.availablePoints, 300n);
});

test("a refusal has a code and a reason", async () => {
  const memberId = await enrolled();
  const pay = { requestId: randomUUID(), memberId, orderId: randomUUID(), amountFen: 1n };
  await assert.rejects(payments.pay(pay), (error: unknown) => {
    assert.equal(ConnectError.from(error).code, Code.FailedPrecondition);
    assert.equal(reasonOf(error), "INSUFFICIENT_BALANCE");
    return true;
  });
});

test("a malformed request names its field", async () => {
  await assert.rejects(payments.pay({ memberId: "u", amountFen: -1n }), (error: unknown) => {
    assert.equal(ConnectError.from(error).code, Code.InvalidArgument);
    assert.match(ConnectError.from(error).message, /request_id/);
    return true;
  });
});
