/** What staff can say to a candidate, in the order in which it is offered. */
import type { MessageCode } from '../../delivery/proctoring/message-code.ts';

const codes = {
  'invigilator-comes': true,
  wait: true,
  'go-on': true,
  quiet: true,
  'no-phone': true,
  headphones: true,
} satisfies Record<MessageCode, true>;

export const messageCodes = Object.keys(codes);
