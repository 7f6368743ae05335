/// The web pages, embedded in the program: no files to install, none to fall out of step with it.

#pragma once

/// One file as the server answers with it.
typedef struct {
    /// The path of the URL: "/join", "/assets/style.css".
    const char *path;
    /// The value of Content-Type.
    const char *type;
    const unsigned char *bytes;
    /// In bytes.
    unsigned long size;
} cpages_file;

/// All files, in no order that means anything.
extern const cpages_file cpages_files[];

/// How many there are.
extern const unsigned long cpages_count;

/// The file at a position, or null past the end. Swift does not see the array, whose length the header leaves open.
const cpages_file *cpages_at(unsigned long index);
