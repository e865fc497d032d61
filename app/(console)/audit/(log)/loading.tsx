import { SkeletonPage } from "#components/ui/skeleton.tsx";

const Loading = () => <SkeletonPage rows={16} columns={6} />;

export default Loading;
