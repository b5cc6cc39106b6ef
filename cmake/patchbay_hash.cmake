# Puts the SHA-256 of LIBRARY into MANIFEST, as its member "sha256". Run by patchbay_add_plugin().
cmake_minimum_required(VERSION 3.19)
file(SHA256 "${LIBRARY}" hash)
file(READ "${MANIFEST}" manifest)
string(JSON manifest SET "${manifest}" sha256 "\"${hash}\"")
# Renamed into place, so that a host that watches the folder never sees half a manifest.
file(WRITE "${MANIFEST}.new" "${manifest}\n")
file(RENAME "${MANIFEST}.new" "${MANIFEST}")
