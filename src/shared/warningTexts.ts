/**
 * How warnings end when a header leaves it open which side of the patient is which. Sidecars hold warnings as
 * sentences only, so the summary of a dataset finds them by these words.
 */
export const CHECK_SIDES = 'check left and right'
