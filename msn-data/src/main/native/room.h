/* Scratch memory that a thread keeps from call to call: fresh pages would cost a quarter of a PNG's time. */
#ifndef ENDOSSL_ROOM_H
#define ENDOSSL_ROOM_H
#include <stddef.h>

/* The calling thread's, at least so many bytes, aligned to a cache line, until it asks again; NULL without memory. */
void *room_of(size_t bytes);

#endif
