/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What this build takes for granted: features that the compiler may use on its own by the flags of the build,
 * or that DPDK's headers use where they are allowed. Data only.
 */
#include "about_wanted.h"

#define YMM 0x06
#define ZMM 0xe6

const struct about_feature about_wanted[] = {
#ifdef __SSE3__
    {"pni", ABOUT_1_ECX, 0, 0},
#endif
#ifdef __SSSE3__
    {"ssse3", ABOUT_1_ECX, 9, 0},
#endif
#ifdef __SSE4_1__
    {"sse4_1", ABOUT_1_ECX, 19, 0},
#endif
#ifdef __SSE4_2__
    {"sse4_2", ABOUT_1_ECX, 20, 0},
#endif
#ifdef __POPCNT__
    {"popcnt", ABOUT_1_ECX, 23, 0},
#endif
#ifdef __MOVBE__
    {"movbe", ABOUT_1_ECX, 22, 0},
#endif
#ifdef __AES__
    {"aes", ABOUT_1_ECX, 25, 0},
#endif
#ifdef __PCLMUL__
    {"pclmulqdq", ABOUT_1_ECX, 1, 0},
#endif
#ifdef __FMA__
    {"fma", ABOUT_1_ECX, 12, YMM},
#endif
#ifdef __AVX__
    {"avx", ABOUT_1_ECX, 28, YMM},
#endif
#ifdef __F16C__
    {"f16c", ABOUT_1_ECX, 29, YMM},
#endif
#ifdef __LZCNT__
    {"abm", ABOUT_81_ECX, 5, 0},
#endif
#ifdef __BMI__
    {"bmi1", ABOUT_7_EBX, 3, 0},
#endif
#ifdef __BMI2__
    {"bmi2", ABOUT_7_EBX, 8, 0},
#endif
#ifdef __SHA__
    {"sha_ni", ABOUT_7_EBX, 29, 0},
#endif
#ifdef __AVX2__
    {"avx2", ABOUT_7_EBX, 5, YMM},
#endif
#ifdef __AVX512F__
    {"avx512f", ABOUT_7_EBX, 16, ZMM},
#endif
#ifdef __AVX512DQ__
    {"avx512dq", ABOUT_7_EBX, 17, ZMM},
#endif
#ifdef __AVX512IFMA__
    {"avx512ifma", ABOUT_7_EBX, 21, ZMM},
#endif
#ifdef __AVX512CD__
    {"avx512cd", ABOUT_7_EBX, 28, ZMM},
#endif
#ifdef __AVX512BW__
    {"avx512bw", ABOUT_7_EBX, 30, ZMM},
#endif
#ifdef __AVX512VL__
    {"avx512vl", ABOUT_7_EBX, 31, ZMM},
#endif
#ifdef __AVX512VBMI__
    {"avx512vbmi", ABOUT_7_ECX, 1, ZMM},
#endif
#ifdef __AVX512VBMI2__
    {"avx512_vbmi2", ABOUT_7_ECX, 6, ZMM},
#endif
#ifdef __GFNI__
    {"gfni", ABOUT_7_ECX, 8, 0},
#endif
#ifdef __VAES__
    {"vaes", ABOUT_7_ECX, 9, YMM},
#endif
#ifdef __VPCLMULQDQ__
    {"vpclmulqdq", ABOUT_7_ECX, 10, YMM},
#endif
#ifdef __AVX512VNNI__
    {"avx512_vnni", ABOUT_7_ECX, 11, ZMM},
#endif
#ifdef __AVX512BITALG__
    {"avx512_bitalg", ABOUT_7_ECX, 12, ZMM},
#endif
#ifdef __AVX512VPOPCNTDQ__
    {"avx512_vpopcntdq", ABOUT_7_ECX, 14, ZMM},
#endif
};

const size_t about_wanted_count = sizeof about_wanted / sizeof *about_wanted;
