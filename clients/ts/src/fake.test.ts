// A gateway's test against a fake (danke fake): told what to answer, and asked what it was asked.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { beforeEach, test } from "node:test";

import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";

import { FakeService } from "../gen/danke/fake/v1/fake_pb.js";
import { PaymentService } from "../gen/danke/wallet/v1/payment_pb.js";
import { reasonOf } from "./reason.js";

const address = process.env.DANKE_FAKE;
assert.ok(address, "DANKE_FAKE is not set: make test-ts sets it");
const transport = createGrpcTransport({ baseUrl: `http://${address}` });
const fake = createClient(FakeService, transport);
const payments = createClient(PaymentService, transport);

beforeEach(() => fake.reset({}));

function request(memberId: string) {
  return { requestId: randomUUID(), memberId, orderId: randomUUID(), amountFen: 100n };
}

test("what is not programmed is made up, and a repeat gets the same", async () => {
  const pay = request("u-1");
  const first = await payments.pay(pay);
  assert.equal(first.payment?.amountFen, 100n);
  assert.deepEqual(await payments.pay(pay), first);
});

test("a refusal is programmed by its reason", async () => {
  const refuse = { reason: "INSUFFICIENT_BALANCE", metadata: { available_fen: "5" } };
  const steps = [{ outcome: { case: "refuse" as const, value: refuse } }];
  await fake.addRules({ rules: [{ method: "Pay", when: { memberId: "poor" }, steps }] });
  await assert.rejects(payments.pay(request("poor")), (error: unknown) => {
    assert.equal(ConnectError.from(error).code, Code.FailedPrecondition);
    assert.equal(reasonOf(error), "INSUFFICIENT_BALANCE");
    return true;
  });
  await payments.pay(request("rich"));
});

test("a lost answer took effect: the same request gets it", async () => {
  const steps = [{ outcome: { case: "lose" as const, value: true }, times: 1 }];
  await fake.addRules({ rules: [{ method: "Pay", steps }] });
  const pay = request("u-1");
  await assert.rejects(payments.pay(pay), (error: unknown) => {
    assert.equal(ConnectError.from(error).code, Code.Unavailable);
    return true;
  });
  assert.equal((await payments.pay(pay)).payment?.orderId, pay.orderId);
  const { calls } = await fake.listCalls({ method: "Pay" });
  assert.deepEqual(calls.map((call) => call.outcome), ["LOST", "OK"]);
});
