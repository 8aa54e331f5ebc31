// Why a call was refused: the ErrorInfo of google.rpc.Status, as docs/reasons.md lists it.
import { ConnectError } from "@connectrpc/connect";

import { ErrorInfoSchema } from "../gen/google/rpc/error_details_pb.js";

/** The stable reason of a refusal, such as INSUFFICIENT_BALANCE; "" if the answer carries none. */
export function reasonOf(error: unknown): string {
  return ConnectError.from(error).findDetails(ErrorInfoSchema)[0]?.reason ?? "";
}
