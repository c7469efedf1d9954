//! What the record says of one claim: frozen, with the facts that it rests on, and recomputable to the byte.
