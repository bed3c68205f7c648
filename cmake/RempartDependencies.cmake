# What Rempart is built on; docs/dependencies.md gives each its reason. All are Debian 12 packages.
find_package(fmt 9 REQUIRED)
find_package(tl-expected 1 REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 3.37 REQUIRED) # STRICT tables
find_package(JPEG REQUIRED)
find_package(LibArchive 3.6 REQUIRED)
find_package(simdjson REQUIRED)
find_package(EXPAT 2.4 REQUIRED) # billion-laughs protection
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 2 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp>=2.5)
pkg_check_modules(VIPS REQUIRED IMPORTED_TARGET vips>=8.13) # vips_block_untrusted_set
pkg_check_modules(EXIV2 REQUIRED IMPORTED_TARGET exiv2)
pkg_check_modules(EWF REQUIRED IMPORTED_TARGET libewf)
pkg_check_modules(BFIO REQUIRED IMPORTED_TARGET libbfio)
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq>=15)
pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavformat>=59 libavcodec>=59 libavutil>=57)
