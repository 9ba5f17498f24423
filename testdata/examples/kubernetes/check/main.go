// Check reads the manifests of this example as Kubernetes' own types, strictly: a field that
// there is not, or of another kind, is an error. It looks into what those types don't say,
// too: which fields go together, and what they have in common with vagganet's words.
//
//	go run . ../job.yaml ../results.yaml
//	go run . -podman 2 ../job.yaml ../results.yaml
//
// With -podman, it prints the options and the words by which podman runs the container of
// the Job's pod of that index, with the rights that the manifest gives it. So it can be
// tried where there is no cluster. It is a module of its own: the program links none of it.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	index := flag.Int("podman", -1, "print podman's words for the pod of this `index`")
	flag.Parse()
	m, err := read(flag.Args())
	if err == nil {
		err = m.check()
	}
	var words []string
	if err == nil && *index >= 0 {
		words, err = m.podman(*index)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
		os.Exit(1)
	}
	for _, word := range words {
		fmt.Println(word)
	}
}

// manifests are the documents of all files.
type manifests struct {
	job    batchv1.Job
	claims []corev1.PersistentVolumeClaim
	pods   []corev1.Pod
}

func read(files []string) (m manifests, err error) {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return m, err
		}
		for _, document := range bytes.Split(text, []byte("\n---\n")) {
			if err := m.add(document); err != nil {
				return m, fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	if m.job.Name == "" {
		return m, fmt.Errorf("there is no Job in %q", files)
	}
	return m, nil
}

func (m *manifests) add(document []byte) error {
	var kind metav1.TypeMeta
	if err := yaml.Unmarshal(document, &kind); err != nil {
		return err
	}
	switch kind.APIVersion + " " + kind.Kind {
	case "batch/v1 Job":
		return yaml.UnmarshalStrict(document, &m.job)
	case "v1 PersistentVolumeClaim":
		m.claims = append(m.claims, corev1.PersistentVolumeClaim{})
		return yaml.UnmarshalStrict(document, &m.claims[len(m.claims)-1])
	case "v1 Pod":
		m.pods = append(m.pods, corev1.Pod{})
		return yaml.UnmarshalStrict(document, &m.pods[len(m.pods)-1])
	}
	return fmt.Errorf("%q is no kind that this example has", kind.APIVersion+" "+kind.Kind)
}

func (m manifests) check() error {
	if err := checkJob(m.job.Spec); err != nil {
		return fmt.Errorf("job: %w", err)
	}
	specs := []corev1.PodSpec{m.job.Spec.Template.Spec}
	for _, pod := range m.pods {
		specs = append(specs, pod.Spec)
	}
	for _, spec := range specs {
		if err := m.checkPod(spec); err != nil {
			return fmt.Errorf("container %s: %w", spec.Containers[0].Name, err)
		}
	}
	return nil
}

func checkJob(spec batchv1.JobSpec) error {
	if spec.CompletionMode == nil || *spec.CompletionMode != batchv1.IndexedCompletion {
		return fmt.Errorf("completionMode is not %s", batchv1.IndexedCompletion)
	}
	if spec.Completions == nil || spec.Parallelism == nil || *spec.Parallelism > *spec.Completions {
		return fmt.Errorf("no completions, no parallelism, or more of this than of those")
	}
	if spec.Template.Spec.RestartPolicy != corev1.RestartPolicyNever {
		return fmt.Errorf("restartPolicy is not %s, as backoffLimitPerIndex and podFailurePolicy want it", corev1.RestartPolicyNever)
	}
	if spec.BackoffLimitPerIndex == nil || spec.PodFailurePolicy == nil {
		return fmt.Errorf("there is no backoffLimitPerIndex, or no podFailurePolicy: a shard whose seeds failed would end the others")
	}
	for _, rule := range spec.PodFailurePolicy.Rules {
		exit := rule.OnExitCodes
		switch {
		case rule.Action == batchv1.PodFailurePolicyActionIgnore && exit == nil:
		case rule.Action == batchv1.PodFailurePolicyActionFailIndex && exit != nil && exit.Operator == batchv1.PodFailurePolicyOnExitCodesOpIn &&
			exit.ContainerName != nil && *exit.ContainerName == spec.Template.Spec.Containers[0].Name:
		default:
			return fmt.Errorf("podFailurePolicy: a rule of action %s that this example has not", rule.Action)
		}
	}
	shards := ""
	for _, env := range spec.Template.Spec.Containers[0].Env {
		if env.Name == "VAGGANET_SHARDS" {
			shards = env.Value
		}
	}
	if shards != fmt.Sprint(*spec.Completions) {
		return fmt.Errorf("VAGGANET_SHARDS is %q, and completions is %d", shards, *spec.Completions)
	}
	return nil
}

// checkPod looks into a pod of one container.
func (m manifests) checkPod(spec corev1.PodSpec) error {
	if len(spec.Containers) != 1 {
		return fmt.Errorf("there are %d containers, not one", len(spec.Containers))
	}
	claims, volumes := map[string]bool{}, map[string]bool{}
	for _, claim := range m.claims {
		claims[claim.Name] = true
	}
	for _, volume := range spec.Volumes {
		volumes[volume.Name] = true
		if claim := volume.PersistentVolumeClaim; claim != nil && !claims[claim.ClaimName] {
			return fmt.Errorf("there is no PersistentVolumeClaim %s", claim.ClaimName)
		}
	}
	for _, mount := range spec.Containers[0].VolumeMounts {
		if !volumes[mount.Name] {
			return fmt.Errorf("there is no volume %s", mount.Name)
		}
	}
	_, err := rights(spec)
	return err
}

// rights returns the options by which podman gives a container the rights of a pod's.
func rights(spec corev1.PodSpec) ([]string, error) {
	pod, own := spec.SecurityContext, spec.Containers[0].SecurityContext
	if pod == nil || own == nil || pod.RunAsUser == nil || pod.RunAsGroup == nil || pod.SeccompProfile == nil || own.Capabilities == nil {
		return nil, fmt.Errorf("a user, a group, a profile for seccomp and capabilities are to be given")
	}
	options := []string{fmt.Sprintf("--user=%d:%d", *pod.RunAsUser, *pod.RunAsGroup)}
	inHost := spec.HostUsers == nil || *spec.HostUsers
	if !inHost {
		// As the kubelet does: ids of the pod's own, of which none is one of the node's.
		options = append(options, "--uidmap=0:100000:65536", "--gidmap=0:100000:65536")
	}

	switch pod.SeccompProfile.Type {
	case corev1.SeccompProfileTypeUnconfined:
		options = append(options, "--security-opt=seccomp=unconfined")
	case corev1.SeccompProfileTypeRuntimeDefault:
	default:
		return nil, fmt.Errorf("unknown seccompProfile %s", pod.SeccompProfile.Type)
	}
	switch profile := pod.AppArmorProfile; {
	case profile == nil:
	case profile.Type == corev1.AppArmorProfileTypeUnconfined:
		options = append(options, "--security-opt=apparmor=unconfined")
	default:
		return nil, fmt.Errorf("unknown appArmorProfile %s", profile.Type)
	}
	switch mount := own.ProcMount; {
	case mount == nil || *mount == corev1.DefaultProcMount:
	case *mount != corev1.UnmaskedProcMount:
		return nil, fmt.Errorf("unknown procMount %s", *mount)
	case inHost:
		return nil, fmt.Errorf("procMount %s is refused by the API without hostUsers: false", *mount)
	default:
		options = append(options, "--security-opt=unmask=ALL")
	}

	if own.AllowPrivilegeEscalation == nil || *own.AllowPrivilegeEscalation {
		return nil, fmt.Errorf("allowPrivilegeEscalation is not false, and nothing here needs it")
	}
	if own.Capabilities.Add != nil || len(own.Capabilities.Drop) != 1 || own.Capabilities.Drop[0] != "ALL" {
		return nil, fmt.Errorf("not all capabilities are dropped, and nothing here needs one")
	}
	return append(options, "--security-opt=no-new-privileges", "--cap-drop=all"), nil
}

// podman returns its options for the container of the Job's pod of an index, the image, and
// the container's words.
func (m manifests) podman(index int) ([]string, error) {
	spec := m.job.Spec.Template.Spec
	words, err := rights(spec)
	if err != nil {
		return nil, err
	}
	container := spec.Containers[0]
	// Kubernetes adds the index to the container's own variables.
	env := append(container.Env, corev1.EnvVar{Name: "JOB_COMPLETION_INDEX", Value: fmt.Sprint(index)})
	var pairs []string
	for _, e := range env {
		words = append(words, "--env="+e.Name+"="+e.Value)
		pairs = append(pairs, "$("+e.Name+")", e.Value)
	}
	words = append(words, container.Image)
	for _, word := range append(container.Command, container.Args...) {
		// In these, as the kubelet does it, $(NAME) is a variable of the container.
		word = strings.NewReplacer(pairs...).Replace(word)
		if strings.Contains(word, "$(") {
			return nil, fmt.Errorf("%s has a variable that the container has not", word)
		}
		words = append(words, word)
	}
	return words, nil
}
