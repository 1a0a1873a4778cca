// Vec per component: mean, b, u, and one that starts with c.
const STRIDE: u32 = 3u * DB + 1u;
