/* Reads a candump log and unpacks every frame with the functions that cantools writes: LOG [scaled] -> nanoseconds per
 * frame. With `scaled` every signal is also brought into its unit and its range is checked, as Busbar does.
 *
 * The reader is as quick as it is plainly written: blocks, one pass over each line, tables for digits. Compile with -O3
 * together with what `cantools generate_c_source --database-name lv` makes of the DBC file of pylontech-lv-can. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lv.h"

struct frame {
    int64_t nanoseconds;
    uint32_t identifier;
    uint8_t length;
    uint8_t bytes[8];
    char link[16];
};

static int8_t digits[256];

static void make_digits(void)
{
    memset(digits, -1, sizeof digits);
    for (int value = 0; value < 10; value++) digits['0' + value] = (int8_t)value;
    for (int value = 10; value < 16; value++) digits['A' + value - 10] = digits['a' + value - 10] = (int8_t)value;
}

/* (1436509052.249713) vcan0 044#2A366C2BBA */
static int parse(const char *at, const char *end, struct frame *frame)
{
    if (at >= end || *at++ != '(') return 0;
    int64_t seconds = 0, fraction = 0, weight = 100000000;
    while (at < end && *at >= '0' && *at <= '9') seconds = seconds * 10 + (*at++ - '0');
    if (at >= end || *at++ != '.') return 0;
    for (; at < end && *at >= '0' && *at <= '9'; weight /= 10) fraction += (*at++ - '0') * weight;
    if (at + 1 >= end || *at++ != ')' || *at++ != ' ') return 0;
    frame->nanoseconds = seconds * 1000000000 + fraction;
    int count = 0;
    while (at < end && *at != ' ' && count < 15) frame->link[count++] = *at++;
    frame->link[count] = 0;
    if (at >= end || *at++ != ' ') return 0;
    uint32_t identifier = 0;
    for (; at < end && digits[(uint8_t)*at] >= 0; at++) identifier = identifier << 4 | (uint32_t)digits[(uint8_t)*at];
    if (at >= end || *at++ != '#') return 0;
    frame->identifier = identifier;
    uint8_t length = 0;
    for (; at + 1 < end && length < 8; at += 2, length++) {
        int8_t high = digits[(uint8_t)at[0]], low = digits[(uint8_t)at[1]];
        if (high < 0 || low < 0) return 0;
        frame->bytes[length] = (uint8_t)(high << 4 | low);
    }
    frame->length = length;
    return at == end;
}

static struct lv_limits_t limits;
static struct lv_soc_soh_t soc_soh;
static struct lv_actual_values_t actual_values;
static struct lv_request_flags_t request_flags;
static struct lv_manufacturer_t manufacturer;
static struct lv_protection_alarm_t protection_alarm;
static struct lv_inverter_alive_t inverter_alive;

static int is_scaled;
static double total;
static long out_of_range;

#define SIGNAL(message, signal)                                                              \
    do {                                                                                     \
        total += lv_##message##_##signal##_decode(message.signal);                           \
        if (!lv_##message##_##signal##_is_in_range(message.signal)) out_of_range++;          \
    } while (0)

static void scale(uint32_t identifier)
{
    switch (identifier) {
    case LV_LIMITS_FRAME_ID:
        SIGNAL(limits, charge_voltage_limit);
        SIGNAL(limits, charge_current_limit);
        SIGNAL(limits, discharge_current_limit);
        SIGNAL(limits, discharge_voltage_limit);
        break;
    case LV_SOC_SOH_FRAME_ID:
        SIGNAL(soc_soh, soc);
        SIGNAL(soc_soh, soh);
        break;
    case LV_ACTUAL_VALUES_FRAME_ID:
        SIGNAL(actual_values, voltage);
        SIGNAL(actual_values, current);
        SIGNAL(actual_values, temperature);
        break;
    case LV_REQUEST_FLAGS_FRAME_ID:
        SIGNAL(request_flags, request_full_charge);
        SIGNAL(request_flags, request_force_charge_2);
        SIGNAL(request_flags, request_force_charge_1);
        SIGNAL(request_flags, discharge_enable);
        SIGNAL(request_flags, charge_enable);
        break;
    case LV_MANUFACTURER_FRAME_ID: SIGNAL(manufacturer, name); break;
    case LV_PROTECTION_ALARM_FRAME_ID:
        SIGNAL(protection_alarm, prot_over_voltage);
        SIGNAL(protection_alarm, prot_under_voltage);
        SIGNAL(protection_alarm, prot_over_temperature);
        SIGNAL(protection_alarm, prot_under_temperature);
        SIGNAL(protection_alarm, prot_discharge_over_current);
        SIGNAL(protection_alarm, prot_charge_over_current);
        SIGNAL(protection_alarm, prot_system_error);
        SIGNAL(protection_alarm, prot_imbalance);
        SIGNAL(protection_alarm, prot_deviating);
        SIGNAL(protection_alarm, alarm_high_voltage);
        SIGNAL(protection_alarm, alarm_low_voltage);
        SIGNAL(protection_alarm, alarm_high_temperature);
        SIGNAL(protection_alarm, alarm_low_temperature);
        SIGNAL(protection_alarm, alarm_discharge_high_current);
        SIGNAL(protection_alarm, alarm_charge_high_current);
        SIGNAL(protection_alarm, alarm_internal_comm_fail);
        SIGNAL(protection_alarm, alarm_imbalance);
        SIGNAL(protection_alarm, alarm_deviating);
        SIGNAL(protection_alarm, module_count);
        SIGNAL(protection_alarm, token_p);
        SIGNAL(protection_alarm, token_n);
        break;
    default: break;
    }
}

static int unpack(const struct frame *frame)
{
    switch (frame->identifier) {
    case LV_LIMITS_FRAME_ID: return lv_limits_unpack(&limits, frame->bytes, frame->length);
    case LV_SOC_SOH_FRAME_ID: return lv_soc_soh_unpack(&soc_soh, frame->bytes, frame->length);
    case LV_ACTUAL_VALUES_FRAME_ID: return lv_actual_values_unpack(&actual_values, frame->bytes, frame->length);
    case LV_REQUEST_FLAGS_FRAME_ID: return lv_request_flags_unpack(&request_flags, frame->bytes, frame->length);
    case LV_MANUFACTURER_FRAME_ID: return lv_manufacturer_unpack(&manufacturer, frame->bytes, frame->length);
    case LV_PROTECTION_ALARM_FRAME_ID:
        return lv_protection_alarm_unpack(&protection_alarm, frame->bytes, frame->length);
    case LV_INVERTER_ALIVE_FRAME_ID: return lv_inverter_alive_unpack(&inverter_alive, frame->bytes, frame->length);
    default: return -1;
    }
}

int main(int count, char **words)
{
    FILE *file = count > 1 ? fopen(words[1], "rb") : NULL;
    if (!file) return 1;
    make_digits();
    is_scaled = count > 2 && strcmp(words[2], "scaled") == 0;
    static char block[65536 + 256];
    size_t kept = 0, got;
    long frames = 0, others = 0;
    clock_t start = clock();
    while ((got = fread(block + kept, 1, 65536, file)) > 0) {
        const char *at = block, *end = block + kept + got, *line_end;
        while ((line_end = memchr(at, '\n', (size_t)(end - at)))) {
            struct frame frame;
            if (parse(at, line_end, &frame) && unpack(&frame) == 0) {
                frames++;
                if (is_scaled) scale(frame.identifier);
            } else {
                others++;
            }
            at = line_end + 1;
        }
        kept = (size_t)(end - at);
        if (kept > 256) return 1;
        memmove(block, at, kept);
    }
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    if (frames == 0 || others > 0 || out_of_range > 0 || total < 0) return 1;
    printf("%f\n", seconds * 1e9 / (double)frames);
    return 0;
}
