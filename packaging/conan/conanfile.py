import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, load
from conan.tools.layout import basic_layout

required_conan_version = ">=2.0.9"


class KnoblessConan(ConanFile):
    name = "knobless"
    description = "Hyperparameter search inside a C++ program"
    license = "MIT"
    topics = ("hyperparameter-optimization", "bayesian-optimization", "cma-es", "machine-learning", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True

    @property
    def _checkout(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def set_version(self):
        header = load(self, os.path.join(self._checkout, "include", "knobless", "version.hpp"))
        self.version = ".".join(re.findall(r"#define KNOBLESS_VERSION_\w+ (\d+)", header))

    def export_sources(self):
        for pattern in ("LICENSE", "include/*"):
            copy(self, pattern, self._checkout, os.path.join(self.export_sources_folder, "src"))

    def layout(self):
        basic_layout(self, src_folder="src")

    def requirements(self):
        # Both are included by the headers of knobless, so they are transitive.
        self.requires("boost/[>=1.74.0 <2]", transitive_headers=True)
        self.requires("eigen/[>=3.4.0 <6]", transitive_headers=True)

    def package_id(self):
        self.info.clear()

    def validate(self):
        check_min_cppstd(self, 20)

    # There is nothing to build; without this, Conan warns.
    def build(self):
        pass

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        for pattern in ("*.hpp", "*.ipp", "*.inc"):
            copy(self, pattern, os.path.join(self.source_folder, "include"), os.path.join(self.package_folder, "include"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "knobless")
        self.cpp_info.set_property("cmake_target_name", "knobless::knobless")
        self.cpp_info.set_property("pkg_config_name", "knobless")
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        # minimize() starts threads where it is asked to.
        if self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["pthread"]
        # Of Boost the headers alone.
        self.cpp_info.requires = ["boost::headers", "eigen::eigen"]
