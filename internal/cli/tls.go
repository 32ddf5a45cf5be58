package cli

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"time"

	"github.com/spf13/pflag"
)

const (
	flagTLSCert    = "tls-cert"
	flagTLSKey     = "tls-key"
	flagTLSSelf    = "tls-self-signed"
	flagTLSCertOut = "tls-cert-out"
)

// tlsOptions say by which certificate HTTPS is served; none at all is HTTP.
type tlsOptions struct {
	cert, key  string // files
	selfSigned bool
	certOut    string // the file for what clients have to trust
}

func (o *tlsOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.cert, flagTLSCert, "", "serve HTTPS with the certificate in this PEM `FILE`, chain included")
	flags.StringVar(&o.key, flagTLSKey, "", "the certificate's private key, a PEM `FILE`")
	flags.BoolVar(&o.selfSigned, flagTLSSelf, false, "serve HTTPS with a certificate made for this run")
	flags.StringVar(&o.certOut, flagTLSCertOut, "", "write to `FILE` what clients have to trust then, for AWS_CA_BUNDLE")
}

// given reports whether one of the flags was given.
func (o *tlsOptions) given(flags *pflag.FlagSet) bool {
	return flags.Changed(flagTLSCert) || flags.Changed(flagTLSKey) || flags.Changed(flagTLSSelf) || flags.Changed(flagTLSCertOut)
}

func (o *tlsOptions) check() error {
	switch {
	case (o.cert == "") != (o.key == ""):
		return errors.New("--" + flagTLSCert + " and --" + flagTLSKey + " go together")
	case o.cert != "" && o.selfSigned:
		return errors.New("--" + flagTLSCert + " and --" + flagTLSSelf + " exclude each other")
	case o.certOut != "" && !o.selfSigned:
		return errors.New("--" + flagTLSCertOut + " goes with --" + flagTLSSelf)
	}
	return nil
}

// load returns the configuration of a server on an address, nil for HTTP.
func (o *tlsOptions) load(addr net.Addr) (*tls.Config, error) {
	var cert tls.Certificate
	var err error
	switch {
	case o.cert != "":
		if cert, err = tls.LoadX509KeyPair(o.cert, o.key); err != nil {
			return nil, usagef("certificate %s, key %s: %v", o.cert, o.key, err)
		}
	case o.selfSigned:
		var ca []byte
		if cert, ca, err = selfSigned(hostsOf(addr), time.Now()); err != nil {
			return nil, err
		}
		if o.certOut != "" {
			if err := writeOwnFile(o.certOut, "--"+flagTLSCertOut, ca, 0o644); err != nil {
				return nil, err
			}
		}
	default:
		return nil, nil
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, nil
}

// hostsOf returns the names by which clients may know the server, those of a
// container's host among them.
func hostsOf(addr net.Addr) []string {
	hosts := []string{"localhost", "127.0.0.1", "::1", "host.docker.internal", "host.containers.internal"}
	host, _, err := net.SplitHostPort(addr.String())
	if err != nil || isLoopback(host) {
		return hosts
	}
	if ip := net.ParseIP(host); ip != nil && !ip.IsUnspecified() {
		hosts = append(hosts, host)
	}
	if name, err := os.Hostname(); err == nil && name != "" {
		hosts = append(hosts, name)
	}
	return hosts
}

// certLife is how long a certificate is good that was made for one run.
const certLife = 365 * 24 * time.Hour

// selfSigned makes a certificate for hosts, and the authority that clients have
// to trust, in PEM. The authority's key is forgotten, so that trusting it trusts
// nothing but this one certificate.
func selfSigned(hosts []string, now time.Time) (cert tls.Certificate, ca []byte, err error) {
	authority := &x509.Certificate{
		Subject: pkix.Name{CommonName: "auroradataapi serve, for one run"}, IsCA: true, MaxPathLenZero: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	authorityDER, authorityKey, err := makeCert(authority, nil, nil, now)
	if err != nil {
		return cert, nil, err
	}
	if authority, err = x509.ParseCertificate(authorityDER); err != nil {
		return cert, nil, err
	}
	leaf := &x509.Certificate{
		Subject: pkix.Name{CommonName: "localhost"}, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		} else {
			leaf.DNSNames = append(leaf.DNSNames, host)
		}
	}
	leafDER, leafKey, err := makeCert(leaf, authority, authorityKey, now)
	if err != nil {
		return cert, nil, err
	}
	cert = tls.Certificate{Certificate: [][]byte{leafDER, authorityDER}, PrivateKey: leafKey}
	if cert.Leaf, err = x509.ParseCertificate(leafDER); err != nil {
		return cert, nil, err
	}
	return cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authorityDER}), nil
}

// makeCert signs a certificate with a key of its own, or with its parent's.
func makeCert(template, parent *x509.Certificate, signer crypto.Signer, now time.Time) (der []byte, key *ecdsa.PrivateKey, err error) {
	if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, nil, err
	}
	if parent == nil {
		parent, signer = template, key
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return nil, nil, err
	}
	template.NotBefore, template.NotAfter = now.Add(-time.Hour), now.Add(certLife) // clocks differ
	der, err = x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	return der, key, err
}
