/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Informational messages of ours (RFC 2409 5.7): each stands alone, and nobody acknowledges it. */
#include <stdbool.h>
#include <stdint.h>

struct ike;
struct ikev1_sa;

/* DELETE of a child by our SPI, or of the SA itself. */
void ikev1_info_delete_child(struct ike *ike, struct ikev1_sa *sa, uint32_t spi_in);
void ikev1_info_delete_sa(struct ike *ike, struct ikev1_sa *sa);
/* R-U-THERE or its answer (RFC 3706 5). */
void ikev1_info_dpd(struct ike *ike, struct ikev1_sa *sa, bool is_ack, uint32_t seq);
/* Phase 1 is refused: in clear, as nobody is proved yet. */
void ikev1_info_refuse(struct ike *ike, struct ikev1_sa *sa, uint16_t notify);
/* Quick mode is refused; spi: the peer's, of its proposal. */
void ikev1_info_refuse_quick(struct ike *ike, struct ikev1_sa *sa, uint16_t notify, uint32_t spi);
