#include "room.h"

#include <pthread.h>
#include <stdlib.h>

enum { LINE = 64 };

typedef struct {
  size_t size;
  void *memory;
} Room;

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void release(void *given) {
  Room *room = given;
  free(room->memory);
  free(room);
}

static void make_key(void) { pthread_key_create(&key, release); }

void *room_of(size_t bytes) {
  pthread_once(&once, make_key);
  Room *room = pthread_getspecific(key);
  if (!room) {
    room = calloc(1, sizeof *room);
    if (!room) return NULL;
    if (pthread_setspecific(key, room)) {
      free(room);
      return NULL;
    }
  }
  if (room->size < bytes) {
    free(room->memory);
    room->size = 0;
    if (posix_memalign(&room->memory, LINE, bytes)) room->memory = NULL;
    else room->size = bytes;
  }
  return room->memory;
}
