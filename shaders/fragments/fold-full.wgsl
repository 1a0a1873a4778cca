// Folds the sums of a tile, which has SUMS vec4f in this order, from place `to` on. Expects count, first0, first1, m00_{c}, m01_{c}, m11_{c} (TILED:
// m10_{c}), k0, is_first, lane.
#if PAIRED
    fold(m00_0, m00_1, m00_2, m00_3, k0, to, 4u, is_first, lane);
    fold(m01_0, m01_1, m01_2, m01_3, k0, to + 4u, 4u, is_first, lane);
    fold(m11_0, m11_1, m11_2, m11_3, k0, to + 8u, 4u, is_first, lane);
#if TILED
    fold(first0, first1, vec4f(count), m10_0, k0, to + 12u, 4u, is_first, lane);
    fold(m10_1, m10_2, m10_3, NONE, k0, to + 16u, 3u, is_first, lane);
#else
    fold(first0, first1, vec4f(count), NONE, k0, to + 12u, 3u, is_first, lane);
#endif
#elif WIDE
    fold(m00_0, m00_1, m00_2, m00_3, k0, to, 4u, is_first, lane);
    fold(first0, vec4f(count), NONE, NONE, k0, to + 4u, 2u, is_first, lane);
#else
    fold(vec4f(m00_0, m00_1), vec4f(first0, count, 0.0), NONE, NONE, k0, to, 2u, is_first, lane);
#endif
