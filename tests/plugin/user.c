/* A program in C99: loads the plugin that it is told, and prints the outputs of two samples. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isobit/plugin.h"

int main(int argc, char** argv) {
  static double space[512]; /* at least workspace_bytes, wherever the alignment lets it begin */
  float x[12], y[10];
  char* memory = (char*)space;
  isobit_input input;
  isobit_output output;
  isobit_error error;
  void* library = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  void* symbol = library != NULL ? dlsym(library, ISOBIT_PLUGIN_ENTRY_NAME) : NULL;
  isobit_plugin_entry_function entry;
  const isobit_plugin* plugin;
  int i;
  if (symbol == NULL) return EXIT_FAILURE;
  memcpy(&entry, &symbol, sizeof entry);
  plugin = entry();
  if (plugin->abi_version != ISOBIT_PLUGIN_ABI) return EXIT_FAILURE;
  while ((size_t)memory % plugin->workspace_alignment != 0) ++memory;
  for (i = 0; i < 12; ++i) x[i] = (float)i / 8;
  input.data = x;
  input.elements = 12;
  input.kind = ISOBIT_FLOAT32;
  output.data = y;
  output.elements = 10;
  output.kind = ISOBIT_FLOAT32;
  if (plugin->predict(&input, 1, &output, 1, 2, memory,
                      sizeof space - (size_t)(memory - (char*)space), &error) != ISOBIT_OK) {
    fprintf(stderr, "%s\n", plugin->error_text(error.code));
    return EXIT_FAILURE;
  }
  for (i = 0; i < 10; ++i) printf("%.9g\n", (double)y[i]);
  return dlclose(library);
}
